import { assert } from '../assert.js';
import {
  BUCKET_INDEX_MAX,
  BUCKETS_PER_OCTAVE,
  bucketIndex,
  bucketInner,
  bucketMid,
  bucketWidth,
  powerOfTwo,
} from '../histogram/bucket.js';

/**
 * The numbers that the values of a run are known to come from, so that a value within a known bucket costs only
 * the choice among those in the bucket:
 *
 *  - decimals with at most s digits after the point, s = 0..6: the lattice of integers / 10^s. Below about 128 / 10^s
 *    a bucket holds at most one of them, and knowing the bucket is knowing the value;
 *  - all float64 numbers: 2^45 in a bucket.
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

  readonly #decimal: boolean;
  /** From this bucket on each holds at least one number, and places go on like indexes. */
  readonly #denseIndex: number;
  readonly #densePlace: number;
  /** The bucket of 1 / scale, and for it and those after it up to the dense ones their place, or 0. */
  readonly #sparseIndex: number;
  readonly #sparse: Int16Array;

  constructor(digits: number) {
    this.digits = digits;
    this.#decimal = digits !== FLOAT_DIGITS;
    this.scale = this.#decimal ? 10 ** digits : 1;
    // The first octave whose buckets are at least 1 / scale wide: 2^e * scale >= 128.
    let exponent = 0;
    while (powerOfTwo(exponent - 1) * this.scale >= BUCKETS_PER_OCTAVE) exponent--;
    while (powerOfTwo(exponent) * this.scale < BUCKETS_PER_OCTAVE) exponent++;
    const dense = powerOfTwo(exponent);
    this.#denseIndex = this.#decimal ? bucketIndex(dense) : 1;
    this.#densePlace = this.#decimal ? Math.ceil(dense * this.scale) : 1;
    this.#sparseIndex = this.#decimal ? bucketIndex(1 / this.scale) : 1;
    this.#sparse = new Int16Array(this.#denseIndex - this.#sparseIndex);
    for (let number = 1; this.#decimal && number < this.#densePlace; number++) {
      this.#sparse[bucketIndex(number / this.scale) - this.#sparseIndex] = number;
    }
    // All numbers of a bucket must be exact integers / scale, with room for the sums of two.
    const limit = bucketIndex(2 ** 52 / this.scale) - 1;
    this.placeMax = this.#decimal ? limit - this.#denseIndex + this.#densePlace : BUCKET_INDEX_MAX;
  }

  /** The place of a bucket, or NO_PLACE if it holds none of the lattice's numbers or too large ones. */
  placeOf(index: number): number {
    if (index === 0) return 0;
    const magnitude = index < 0 ? -index : index;
    let place: number;
    if (magnitude >= this.#denseIndex) {
      place = magnitude - this.#denseIndex + this.#densePlace;
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
    return this.placeOf(bucketIndex(value));
  }

  /** The bucket of a place within placeMax. */
  indexOf(place: number): number {
    const magnitude = place < 0 ? -place : place;
    const index =
      magnitude >= this.#densePlace
        ? magnitude - this.#densePlace + this.#denseIndex
        : bucketIndex(magnitude / this.scale);
    return place < 0 ? -index : index;
  }

  /** How many of the lattice's numbers the bucket holds: at least 1. */
  points(place: number): number {
    const magnitude = place < 0 ? -place : place;
    if (magnitude < this.#densePlace) return 1;
    const index = magnitude - this.#densePlace + this.#denseIndex;
    const width = bucketWidth(index);
    const inner = bucketInner(index);
    if (!this.#decimal) return Math.max(1, width / lastPlace(index));
    return Math.ceil((inner + width) * this.scale) - Math.ceil(inner * this.scale);
  }

  /** The number of a place, as its distance from the bucket's inner end: 0..points - 1. */
  value(place: number, residual: number): number {
    const magnitude = place < 0 ? -place : place;
    let value: number;
    if (magnitude < this.#densePlace) value = magnitude / this.scale;
    else {
      const index = magnitude - this.#densePlace + this.#denseIndex;
      const inner = bucketInner(index);
      value = this.#decimal
        ? (Math.ceil(inner * this.scale) + residual) / this.scale
        : inner + residual * lastPlace(index);
    }
    return place < 0 ? -value : value;
  }

  /** The inverse of `value`, for a number of the lattice that lies in the bucket of the place. */
  residual(value: number, place: number): number {
    const magnitude = place < 0 ? -place : place;
    if (magnitude < this.#densePlace) return 0;
    const index = magnitude - this.#densePlace + this.#denseIndex;
    const inner = bucketInner(index);
    return this.#decimal
      ? Math.round(Math.abs(value) * this.scale) - Math.ceil(inner * this.scale)
      : (Math.abs(value) - inner) / lastPlace(index);
  }

  /** A number of the lattice in its units: the integer of a decimal, otherwise the number itself. */
  units(value: number): number {
    return this.#decimal && this.scale !== 1 ? Math.round(value * this.scale) : value;
  }

  /** The middle of a bucket's numbers, in units. */
  middleUnits(place: number): number {
    const magnitude = place < 0 ? -place : place;
    if (magnitude < this.#densePlace) return place;
    const index = magnitude - this.#densePlace + this.#denseIndex;
    if (!this.#decimal) return place < 0 ? -bucketMid(index) : bucketMid(index);
    const inner = bucketInner(index);
    const low = Math.ceil(inner * this.scale);
    const middle = low + Math.floor((Math.ceil((inner + bucketWidth(index)) * this.scale) - 1 - low) / 2);
    return place < 0 ? -middle : middle;
  }
}

/** Stands for all float64 numbers in place of a count of digits. */
export const FLOAT_DIGITS = -1;

/** Digits after the point that are looked for: microseconds in a value of seconds. */
export const LATTICE_DIGITS_MAX = 6;

/** What placeOf answers for a bucket that has no place. */
export const NO_PLACE = 0x7fff_ffff;

/** The distance of neighbouring float64 numbers in a bucket of a positive index. */
function lastPlace(index: number): number {
  return Math.max(bucketWidth(index) / 2 ** 45, 2 ** -1074);
}

const lattices: (ValueLattice | undefined)[] = [];

/** The lattice of so many digits after the point, or of FLOAT_DIGITS. Made once a thread. */
export function latticeOf(digits: number): ValueLattice {
  assert(digits >= FLOAT_DIGITS && digits <= LATTICE_DIGITS_MAX, 'no lattice of so many digits');
  const at = digits - FLOAT_DIGITS;
  return (lattices[at] ??= new ValueLattice(digits));
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
