import { bucketMid } from '../histogram/bucket.js';
import type { Sketch } from '../histogram/sketch.js';
import type { Shape } from './shape.js';

/** The exponents that values are scaled by, so that their fourth powers neither overflow nor vanish, lie within this. */
const EXPONENT_MAX = 1_000;

/**
 * The shape of the values of a sketch, each taken as the middle of its bucket: about as good as values whose every one is off by up to
 * BUCKET_RELATIVE_ERROR. Undefined where there is only one bucket.
 */
export function sketchShape({ indexes, counts, length, count }: Sketch): Shape | undefined {
  if (length < 2) return undefined;
  const largest = Math.max(Math.abs(bucketMid(indexes[0]!)), Math.abs(bucketMid(indexes[length - 1]!)));
  const exponent = Math.max(-EXPONENT_MAX, Math.min(EXPONENT_MAX, Math.floor(Math.log2(largest))));
  const scale = 2 ** -exponent;
  let mean = 0;
  for (let i = 0; i < length; i++) mean += bucketMid(indexes[i]!) * scale * (counts[i]! / count);
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < length; i++) {
    const distance = bucketMid(indexes[i]!) * scale - mean;
    const square = distance * distance * (counts[i]! / count);
    m2 += square;
    m3 += square * distance;
    m4 += square * distance * distance;
  }
  const shape = { skewness: m3 / m2 ** 1.5, kurtosis: m4 / m2 ** 2 - 3 };
  return Number.isFinite(shape.skewness) && Number.isFinite(shape.kurtosis) ? shape : undefined;
}

/** As `countBetween`, of the middles of a sketch's buckets, those beyond the edges counted at the ends. */
export function sketchBetween({ indexes, counts, length }: Sketch, edges: Float64Array): Float64Array {
  const last = edges.length - 2;
  const result = new Float64Array(last + 1);
  for (let i = 0, bucket = 0; i < length; i++) {
    const value = bucketMid(indexes[i]!);
    while (bucket < last && value >= edges[bucket + 1]!) bucket++;
    result[bucket] = result[bucket]! + counts[i]!;
  }
  return result;
}
