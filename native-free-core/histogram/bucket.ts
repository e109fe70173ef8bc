import { assert } from '../assert.js';

/**
 * The bucket of a float64, read from its bits: the binary exponent and the first 7 bits of the mantissa, the last of
 * which is left out in the upper part of the octave. 128 buckets of one width are needlessly narrow there: so from
 * 1.5625 times the octave's lower end on two are one, a pair, and an octave has 72 buckets and 28 pairs. A bucket is
 * at most 1/100 of its lower end wide, and its middle is less than 0.5 % away from every value in it. The idea is that of
 * HdrHistogram and DDSketch, without the logarithm and without a range to configure.
 *
 *     ... -2        -1      0      1        2  ...      index: signed, ascending with the value
 *     ...)[       )[   )   {0}   (   ](       ](...     0 holds 0 and -0 only; negatives mirror positives
 *
 * Positive index = 1 + 128 * octave + place, where the place is those 7 bits, and even in a pair: the index behind that of a
 * pair is nobody's, so that indexes are still a shift of the bits and an octave a page. `bucketOrdinal` counts
 * without gaps. Octave 0 starts at 2^-1074: subnormal numbers are normalised, so the bound holds down to 5e-324 (in the
 * lowest octaves some buckets hold no number at all). docs/adr/0014-pairs-of-buckets.md says why 72.
 */

/** Indexes in one octave, that is counters in one page of a histogram. */
export const INDEXES_PER_OCTAVE = 128;

/** From this place of an octave on, buckets are pairs: half of the 2 places of the first is 1/201 of its middle; at 70 it would be 1/199. */
export const PAIRS_FROM = 72;

/** Buckets in one octave. */
export const BUCKETS_PER_OCTAVE = (INDEXES_PER_OCTAVE + PAIRS_FROM) / 2;

/** Octaves of one sign: exponents -1074 to 1023. */
export const OCTAVE_COUNT = 2098;

/** No index is beyond this one on either side: it is the second of the pair of the largest finite value. */
export const BUCKET_INDEX_MAX = OCTAVE_COUNT * INDEXES_PER_OCTAVE;

/** The ordinal of the bucket of the largest finite value; the smallest ordinal is its negative. */
export const BUCKET_ORDINAL_MAX = OCTAVE_COUNT * BUCKETS_PER_OCTAVE;

/** Bound of |value - bucketMid(bucketIndex(value))| / |value|, which is at most 255/51,200. */
export const BUCKET_RELATIVE_ERROR = 0.004981;

const SHIFT = 13; // of the high word: 20 mantissa bits, of which 7 stay
const EXPONENT_MIN = -1074;
const SUBNORMAL_SCALE = 2 ** 52;
/** Octave 0 stands 51 below the octave of biased exponent 0, which has no normal numbers; and index 0 is zero. */
const NORMAL_BIAS = 51 * INDEXES_PER_OCTAVE + 1;
const SUBNORMAL_BIAS = NORMAL_BIAS - 52 * INDEXES_PER_OCTAVE;
const PLACE_MASK = INDEXES_PER_OCTAVE - 1;
/** Carries a place of a pair, and no other, into the bit above it. */
const PAIR_CARRY = INDEXES_PER_OCTAVE - PAIRS_FROM;
const SMALLEST_NORMAL_HIGH = 0x0010_0000;

// One scratch a thread: a store and a load of the other width are forwarded within the core in about a nanosecond.
const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);
scratch[0] = 1;
const HIGH = words[1] !== 0 ? 1 : 0;

/**
 * The bucket of a finite value, in -BUCKET_INDEX_MAX..BUCKET_INDEX_MAX. An infinity or NaN answers an index
 * outside of that range, which is how a histogram tells them without a second test.
 */
export function bucketIndex(value: number): number {
  scratch[0] = value;
  const high = words[HIGH]!;
  const magnitude = high & 0x7fff_ffff;
  if (magnitude < SMALLEST_NORMAL_HIGH) return subnormalIndex(value);
  const place = magnitude >>> SHIFT;
  // Without a branch, which would be mispredicted one time in three.
  const index = (place & ~(((place & PLACE_MASK) + PAIR_CARRY) >> 7)) + NORMAL_BIAS;
  return high < 0 ? -index : index;
}

// Apart, so that the hot half above stays small enough for the engine to inline.
function subnormalIndex(value: number): number {
  if (value === 0) return 0;
  scratch[0] = value * SUBNORMAL_SCALE;
  const high = words[HIGH]!;
  const place = (high & 0x7fff_ffff) >>> SHIFT;
  const index = (place & ~(((place & PLACE_MASK) + PAIR_CARRY) >> 7)) + SUBNORMAL_BIAS;
  return high < 0 ? -index : index;
}

/** 2^(octave - 1074), the lower end of each octave. A look-up, because Math.pow promises no exact result. */
const octaves = new Float64Array(OCTAVE_COUNT);
for (let octave = 0, power = 2 ** EXPONENT_MIN; octave < OCTAVE_COUNT; octave++, power *= 2)
  octaves[octave] = power;

/** In octaves below this one a middle is computed on the grid of numbers, which is too coarse for what is added above. */
const GRID_OCTAVE = 16;

/** Middles of buckets and of pairs, in places from their inner ends: a pair's is off its centre for the error at both ends to be below 0.5 %. */
const MIDDLE = 1 / 2;
const PAIR_MIDDLE = 1 - 1 / 256;

/** 2^exponent for -1074..1023, exactly. */
export function powerOfTwo(exponent: number): number {
  return octaves[exponent - EXPONENT_MIN]!;
}

/**
 * The end of the bucket that is nearer to zero, which belongs to the bucket; 0 for bucket 0. In the lowest octaves
 * the ends of buckets that hold no number are rounded.
 */
export function bucketInner(index: number): number {
  if (index === 0) return 0;
  const place = (index < 0 ? -index : index) - 1;
  assert(place < BUCKET_INDEX_MAX, 'bucket index out of range');
  const inner = octaves[place >> 7]! * (1 + (place & PLACE_MASK) / INDEXES_PER_OCTAVE);
  return index < 0 ? -inner : inner;
}

/** The width of a bucket; 0 for bucket 0, and 0 where it is below 2^-1074 and the bucket holds its inner end only. */
export function bucketWidth(index: number): number {
  if (index === 0) return 0;
  const place = (index < 0 ? -index : index) - 1;
  return (
    octaves[place >> 7]! / ((place & PLACE_MASK) < PAIRS_FROM ? INDEXES_PER_OCTAVE : INDEXES_PER_OCTAVE / 2)
  );
}

/** The lower end: for a positive index it belongs to the bucket, for a negative one it does not. */
export function bucketLow(index: number): number {
  return index < 0 ? bucketInner(index) - bucketWidth(index) : bucketInner(index);
}

/** The upper end: for a negative index it belongs to the bucket, for a positive one it does not (at the top: Infinity). */
export function bucketHigh(index: number): number {
  return index > 0 ? bucketInner(index) + bucketWidth(index) : bucketInner(index);
}

/** The value that stands for the bucket: about its midpoint, within BUCKET_RELATIVE_ERROR of every value in it. */
export function bucketMid(index: number): number {
  if (index === 0) return 0;
  const place = (index < 0 ? -index : index) - 1;
  assert(place < BUCKET_INDEX_MAX, 'bucket index out of range');
  const octave = place >> 7;
  const within = place & PLACE_MASK;
  const factor = 1 + (within + (within < PAIRS_FROM ? MIDDLE : PAIR_MIDDLE)) / INDEXES_PER_OCTAVE;
  // On the coarse grid the number below the middle: rounded up it would be 0.5 % away from the inner end of a pair.
  const middle =
    octave < GRID_OCTAVE ? Math.floor(factor * (1 << octave)) * octaves[0]! : octaves[octave]! * factor;
  return index < 0 ? -middle : middle;
}

/** The distance of neighbouring numbers in a bucket other than 0. */
export function bucketUlp(index: number): number {
  return Math.max(octaves[((index < 0 ? -index : index) - 1) >> 7]! * 2 ** -52, octaves[0]!);
}

/** How many buckets it is away from bucket 0, below it negative: -BUCKET_ORDINAL_MAX..BUCKET_ORDINAL_MAX, without gaps. */
export function bucketOrdinal(index: number): number {
  if (index === 0) return 0;
  const place = (index < 0 ? -index : index) - 1;
  const within = place & PLACE_MASK;
  const ordinal = (place >> 7) * BUCKETS_PER_OCTAVE + Math.min(within, (within + PAIRS_FROM) >> 1) + 1;
  return index < 0 ? -ordinal : ordinal;
}

/** The bucket of an ordinal. */
export function bucketOfOrdinal(ordinal: number): number {
  if (ordinal === 0) return 0;
  const rank = (ordinal < 0 ? -ordinal : ordinal) - 1;
  const octave = (rank / BUCKETS_PER_OCTAVE) | 0;
  const within = rank - octave * BUCKETS_PER_OCTAVE;
  const index = octave * INDEXES_PER_OCTAVE + Math.max(within, 2 * within - PAIRS_FROM) + 1;
  return ordinal < 0 ? -index : index;
}
