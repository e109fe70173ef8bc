import { keepWholeInto } from './keep-whole.js';

/** Beyond this magnitude an area may overflow, and everything is done with values scaled down. */
const LARGE = 2 ** 900;
const SCALE = 2 ** -200;

/**
 * Largest-Triangle-Three-Buckets as published: S. Steinarsson, "Downsampling Time Series for Visual Representation",
 * University of Iceland, 2013, section 4.2. Writes the indexes of at most `threshold` of the points [0, count) into
 * `chosen`, ascending, and answers how many. Times ascend, equal ones allowed; values are finite.
 *
 * The first and the last point have buckets of their own; the points between are dealt to `threshold - 2` buckets of (nearly)
 * equal counts. Of each bucket that point is kept which makes the largest triangle with the one kept before and the
 * average point of the next bucket; of equal triangles the first. With no more points than `threshold` all are kept; a threshold
 * of 1 keeps the first, of 2 the ends.
 */
export function lttbInto(
  times: Float64Array,
  values: Float64Array,
  count: number,
  threshold: number,
  chosen: Uint32Array,
): number {
  const kept = keepWholeInto(count, threshold, chosen);
  if (kept >= 0) return kept;
  const scale = largestMagnitude(values, count) >= LARGE ? SCALE : 1;
  const buckets = threshold - 2;
  // Whole numbers divided once: from a rounded width the last point but one might fall into no bucket.
  const edge = (bucket: number): number => Math.floor((bucket * (count - 2)) / buckets) + 1;
  let before = 0;
  chosen[0] = 0;
  for (let bucket = 0, from = 1; bucket < buckets; bucket++) {
    const to = edge(bucket + 1);
    const nextTo = bucket === buckets - 1 ? count : edge(bucket + 2);
    before = largestTriangle(times, values, scale, before, from, to, nextTo);
    chosen[bucket + 1] = before;
    from = to;
  }
  chosen[threshold - 1] = count - 1;
  return threshold;
}

/**
 * The point of [from, to) that makes the largest triangle with point `before` and the average of [to, nextTo). Seven
 * arguments: an object a bucket would be garbage. Twice the area is compared, which chooses the same.
 */
function largestTriangle(
  times: Float64Array,
  values: Float64Array,
  scale: number,
  before: number,
  from: number,
  to: number,
  nextTo: number,
): number {
  const originTime = times[before]!;
  const originValue = values[before]! * scale;
  let timeSum = 0;
  let valueSum = 0;
  for (let i = to; i < nextTo; i++) {
    timeSum += times[i]! - originTime;
    valueSum += values[i]! * scale - originValue;
  }
  const nextTime = timeSum / (nextTo - to);
  const nextValue = valueSum / (nextTo - to);
  let largest = -1;
  let best = from;
  for (let i = from; i < to; i++) {
    const area = Math.abs(
      (times[i]! - originTime) * nextValue - (values[i]! * scale - originValue) * nextTime,
    );
    if (area > largest) {
      largest = area;
      best = i;
    }
  }
  return best;
}

function largestMagnitude(values: Float64Array, count: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}
