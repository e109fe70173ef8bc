import { assert } from '../assert.js';
import {
  BUCKET_INDEX_MAX,
  bucketIndex,
  bucketInner,
  bucketMid,
  bucketOfOrdinal,
  bucketOrdinal,
  bucketUlp,
  bucketWidth,
} from '../histogram/bucket.js';
import { fineIndex, fineMid, fineWidth } from '../histogram/fine-bucket.js';

/** Which buckets the places of a lattice count. */
interface BucketScheme {
  indexOf(value: number): number;
  width(index: number): number;
  mid(index: number): number;
  /** Counts buckets from bucket 0 on, without gaps. */
  ordinal(index: number): number;
  ofOrdinal(ordinal: number): number;
}

const CURRENT: BucketScheme = {
  indexOf: bucketIndex,
  width: bucketWidth,
  mid: bucketMid,
  ordinal: bucketOrdinal,
  ofOrdinal: bucketOfOrdinal,
};

const FINE: BucketScheme = {
  indexOf: fineIndex,
  width: fineWidth,
  mid: fineMid,
  ordinal: (index) => index,
  ofOrdinal: (ordinal) => ordinal,
};

/**
 * The numbers that the values of a run are known to come from, so that a value within a known bucket costs only
 * the choice among those in the bucket:
 *
 *  - decimals with at most s digits after the point, s = 0..6: the lattice of integers / 10^s. Below about 100 / 10^s
 *    a bucket holds at most one of them, and knowing the bucket is knowing the value;
 *  - all float64 numbers: 2^45 in a bucket, 2^46 in a pair.
 *
 * Buckets that hold none of the lattice's numbers cannot occur, so they are left out: the `place` of a bucket counts
 * only the others. For decimals it is the integer itself as long as each bucket holds at most one. Places are signed,
 * ascend with the value and mirror each other, like bucket indexes. Numbers in a bucket are counted by `residual`,
 * from the end that is nearer to zero.
 */
export class ValueLattice {
  /** Digits after the point, or FLOAT_DIGITS. */
  readonly digits: number;
  /** 10^digits, or 1 for all float64 numbers. */
  readonly scale: number;
  /** Places are in -placeMax..placeMax. */
  readonly placeMax: number;

  readonly #buckets: BucketScheme;
  readonly #decimal: boolean;
  /** From this bucket on each holds at least one number, and places go on like ordinals. */
  readonly #denseIndex: number;
  readonly #denseOrdinal: number;
  readonly #densePlace: number;
  /** The bucket of 1 / scale, and for it and those after it up to the dense ones their place, or 0. */
  readonly #sparseIndex: number;
  readonly #sparse: Int16Array;

  /** Over the buckets of bucket.ts, or over fine ones. */
  constructor(digits: number, fine: boolean) {
    const buckets = fine ? FINE : CURRENT;
    this.#buckets = buckets;
    this.digits = digits;
    this.#decimal = digits !== FLOAT_DIGITS;
    this.scale = this.#decimal ? 10 ** digits : 1;
    this.#denseOrdinal = this.#decimal ? firstAsWideAs(1 / this.scale, buckets) : 1;
    this.#denseIndex = buckets.ofOrdinal(this.#denseOrdinal);
    this.#densePlace = this.#decimal ? Math.ceil(bucketInner(this.#denseIndex) * this.scale) : 1;
    this.#sparseIndex = this.#decimal ? buckets.indexOf(1 / this.scale) : 1;
    this.#sparse = new Int16Array(this.#denseIndex - this.#sparseIndex);
    for (let number = 1; this.#decimal && number < this.#densePlace; number++) {
      this.#sparse[buckets.indexOf(number / this.scale) - this.#sparseIndex] = number;
    }
    // All numbers of a bucket must be exact integers / scale, with room for the sums of two.
    const limit = this.#decimal
      ? buckets.ordinal(buckets.indexOf(2 ** 52 / this.scale)) - 1
      : buckets.ordinal(BUCKET_INDEX_MAX);
    this.placeMax = limit - this.#denseOrdinal + this.#densePlace;
  }

  /** The place of a bucket, or NO_PLACE if it holds none of the lattice's numbers or too large ones. */
  placeOf(index: number): number {
    if (index === 0) return 0;
    const magnitude = index < 0 ? -index : index;
    let place: number;
    if (magnitude >= this.#denseIndex) {
      place = this.#buckets.ordinal(magnitude) - this.#denseOrdinal + this.#densePlace;
      if (place > this.placeMax) return NO_PLACE;
    } else {
      if (magnitude < this.#sparseIndex) return NO_PLACE;
      place = this.#sparse[magnitude - this.#sparseIndex]!;
      if (place === 0) return NO_PLACE;
    }
    return index < 0 ? -place : place;
  }

  /** The place of the bucket of a number of the lattice. */
  placeOfValue(value: number): number {
    return this.placeOf(this.#buckets.indexOf(value));
  }

  /** The bucket of a place within placeMax. */
  indexOf(place: number): number {
    const magnitude = place < 0 ? -place : place;
    const index =
      magnitude >= this.#densePlace
        ? this.#denseBucket(magnitude)
        : this.#buckets.indexOf(magnitude / this.scale);
    return place < 0 ? -index : index;
  }

  /** How many of the lattice's numbers the bucket holds: at least 1. */
  points(place: number): number {
    const magnitude = place < 0 ? -place : place;
    if (magnitude < this.#densePlace) return 1;
    const index = this.#denseBucket(magnitude);
    const width = this.#buckets.width(index);
    const inner = bucketInner(index);
    if (!this.#decimal) return Math.max(1, width / bucketUlp(index));
    return Math.ceil((inner + width) * this.scale) - Math.ceil(inner * this.scale);
  }

  /** The number of a place, as its distance from the bucket's inner end: 0..points - 1. */
  value(place: number, residual: number): number {
    const magnitude = place < 0 ? -place : place;
    let value: number;
    if (magnitude < this.#densePlace) value = magnitude / this.scale;
    else {
      const index = this.#denseBucket(magnitude);
      const inner = bucketInner(index);
      value = this.#decimal
        ? (Math.ceil(inner * this.scale) + residual) / this.scale
        : inner + residual * bucketUlp(index);
    }
    return place < 0 ? -value : value;
  }

  /** The inverse of `value`, for a number of the lattice that lies in the bucket of the place. */
  residual(value: number, place: number): number {
    const magnitude = place < 0 ? -place : place;
    if (magnitude < this.#densePlace) return 0;
    const index = this.#denseBucket(magnitude);
    const inner = bucketInner(index);
    return this.#decimal
      ? Math.round(Math.abs(value) * this.scale) - Math.ceil(inner * this.scale)
      : (Math.abs(value) - inner) / bucketUlp(index);
  }

  /** A number of the lattice in its units: the integer of a decimal, otherwise the number itself. */
  units(value: number): number {
    return this.#decimal && this.scale !== 1 ? Math.round(value * this.scale) : value;
  }

  /** The middle of a bucket's numbers, in units. */
  middleUnits(place: number): number {
    const magnitude = place < 0 ? -place : place;
    if (magnitude < this.#densePlace) return place;
    const index = this.#denseBucket(magnitude);
    if (!this.#decimal) return place < 0 ? -this.#buckets.mid(index) : this.#buckets.mid(index);
    const inner = bucketInner(index);
    const low = Math.ceil(inner * this.scale);
    const high = Math.ceil((inner + this.#buckets.width(index)) * this.scale) - 1;
    const middle = low + Math.floor((high - low) / 2);
    return place < 0 ? -middle : middle;
  }

  /** The bucket of a place that is not below the dense ones. */
  #denseBucket(place: number): number {
    return this.#buckets.ofOrdinal(place - this.#densePlace + this.#denseOrdinal);
  }
}

/** Stands for all float64 numbers in place of a count of digits. */
export const FLOAT_DIGITS = -1;

/** Digits after the point that are looked for: microseconds in a value of seconds. */
export const LATTICE_DIGITS_MAX = 6;

/** What placeOf answers for a bucket that has no place. */
export const NO_PLACE = 0x7fff_ffff;

/** The ordinal of the first bucket above zero that is at least so wide. */
function firstAsWideAs(width: number, buckets: BucketScheme): number {
  let low = 1;
  let high = buckets.ordinal(BUCKET_INDEX_MAX);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (buckets.width(buckets.ofOrdinal(middle)) < width) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lattices: (ValueLattice | undefined)[] = [];

/** The lattice of so many digits after the point, or of FLOAT_DIGITS; over `fine` buckets for runs of version 1. Made once a thread. */
export function latticeOf(digits: number, fine = false): ValueLattice {
  assert(digits >= FLOAT_DIGITS && digits <= LATTICE_DIGITS_MAX, 'no lattice of so many digits');
  const at = 2 * (digits - FLOAT_DIGITS) + (fine ? 1 : 0);
  return (lattices[at] ??= new ValueLattice(digits, fine));
}

/** The fewest digits >= `from` that write the value exactly, or LATTICE_DIGITS_MAX + 1. */
export function digitsOf(value: number, from: number): number {
  let digits = from;
  if (digits === 0 && value === Math.floor(value)) return 0;
  for (; digits <= LATTICE_DIGITS_MAX; digits++) {
    const scale = 10 ** digits;
    if (Math.round(value * scale) / scale === value) return digits;
  }
  return digits;
}
