import { assert } from '../assert.js';

/**
 * The bucket of a float64, read from its bits: the binary exponent and the first 7 bits of the mantissa. So a
 * bucket is at most 1/128 of its lower bound wide, and its midpoint is at most 1/256 (0.4 %) away from every value
 * in it. The idea is that of HdrHistogram and DDSketch, without the logarithm and without a range to configure.
 *
 *     ... -2        -1      0      1        2  ...      index: signed, ascending with the value
 *     ...)[       )[   )   {0}   (   ](       ](...     0 holds 0 and -0 only; negatives mirror positives
 *
 * Positive index = 1 + 128 * octave + first 7 mantissa bits, where octave 0 starts at 2^-1074: subnormal numbers
 * are normalised, so the bound holds down to 5e-324 (in the lowest octaves some buckets hold no number at all).
 */

/** Buckets in one octave, that is one page of a histogram. */
export const BUCKETS_PER_OCTAVE = 128;

/** Octaves of one sign: exponents -1074 to 1023. */
export const OCTAVE_COUNT = 2098;

/** The index of the largest finite value; the smallest index is its negative. */
export const BUCKET_INDEX_MAX = OCTAVE_COUNT * BUCKETS_PER_OCTAVE;

/** Bound of |value - bucketMid(bucketIndex(value))| / |value|. */
export const BUCKET_RELATIVE_ERROR = 1 / 256;

const SHIFT = 13; // of the high word: 20 mantissa bits, of which 7 stay
const EXPONENT_MIN = -1074;
const SUBNORMAL_SCALE = 2 ** 52;
/** Octave 0 stands 51 below the octave of biased exponent 0, which has no normal numbers; and index 0 is zero. */
const NORMAL_BIAS = 51 * BUCKETS_PER_OCTAVE + 1;
const SUBNORMAL_BIAS = NORMAL_BIAS - 52 * BUCKETS_PER_OCTAVE;
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
  const index = (magnitude >>> SHIFT) + NORMAL_BIAS;
  return high < 0 ? -index : index;
}

// Apart, so that the hot half above stays small enough for the engine to inline.
function subnormalIndex(value: number): number {
  if (value === 0) return 0;
  scratch[0] = value * SUBNORMAL_SCALE;
  const high = words[HIGH]!;
  const index = ((high & 0x7fff_ffff) >>> SHIFT) + SUBNORMAL_BIAS;
  return high < 0 ? -index : index;
}

/** 2^(octave - 1074), the lower end of each octave. A look-up, because Math.pow promises no exact result. */
const octaves = new Float64Array(OCTAVE_COUNT);
for (let octave = 0, power = 2 ** EXPONENT_MIN; octave < OCTAVE_COUNT; octave++, power *= 2)
  octaves[octave] = power;

/** Octaves from this one on have 128 different buckets; below, a bucket may be narrower than the grid of numbers. */
const GRID_OCTAVE = 8;

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
  const inner = octaves[place >> 7]! * (1 + (place & 127) / BUCKETS_PER_OCTAVE);
  return index < 0 ? -inner : inner;
}

/** The width of a bucket; 0 for bucket 0, and 0 where it is below 2^-1074 and the bucket holds its inner end only. */
export function bucketWidth(index: number): number {
  if (index === 0) return 0;
  return octaves[((index < 0 ? -index : index) - 1) >> 7]! / BUCKETS_PER_OCTAVE;
}

/** The lower end: for a positive index it belongs to the bucket, for a negative one it does not. */
export function bucketLow(index: number): number {
  return index < 0 ? bucketInner(index) - bucketWidth(index) : bucketInner(index);
}

/** The upper end: for a negative index it belongs to the bucket, for a positive one it does not (at the top: Infinity). */
export function bucketHigh(index: number): number {
  return index > 0 ? bucketInner(index) + bucketWidth(index) : bucketInner(index);
}

/** The value that stands for the bucket: its midpoint, within BUCKET_RELATIVE_ERROR of every value in it. */
export function bucketMid(index: number): number {
  if (index === 0) return 0;
  const place = (index < 0 ? -index : index) - 1;
  assert(place < BUCKET_INDEX_MAX, 'bucket index out of range');
  const octave = place >> 7;
  // On the coarse grid of the lowest octaves a half is rounded to the inner end, the only number in the bucket.
  const half = octave < GRID_OCTAVE ? 0 : 0.5;
  const middle = octaves[octave]! * (1 + ((place & 127) + half) / BUCKETS_PER_OCTAVE);
  return index < 0 ? -middle : middle;
}
