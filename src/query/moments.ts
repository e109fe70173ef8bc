import { VALUES_AT_ONCE } from './limits.js';

/** Moments of a set of values; all are 0 for an empty one. */
export interface Moments {
  count: number;
  sum: number;
  mean: number;
  min: number;
  max: number;
  /** The population's. */
  stddev: number;
}

/** Beyond these sizes squares may overflow or vanish, and everything is done with values scaled. */
const LARGE = 2 ** 480;
const SMALL = 2 ** -480;
const SCALE_DOWN = 2 ** -600;
const SCALE_UP = 2 ** 600;

/**
 * The moments of `values[0..count)`. The sum is compensated: exact to an ulp or two whatever the order (T. Ogita, S. Rump,
 * S. Oishi, "Accurate sum and dot product", 2005, algorithm Sum2); it may overflow, mean and stddev don't. The variance
 * is the mean square of distances from the mean, with the correction for the mean's own rounding (T. Chan, G. Golub,
 * R. LeVeque, "Algorithms for computing the sample variance", 1983): a small spread on a large base keeps its digits.
 * `look` is called every few ms; what it throws ends all.
 */
export function momentsOf(values: Float64Array, count: number, look: () => void = () => {}): Moments {
  if (count === 0) return { count, sum: 0, mean: 0, min: 0, max: 0, stddev: 0 };
  const { min, max } = extremesOf(values, count, look);
  if (min === max) return { count, sum: min * count, mean: min, min, max, stddev: 0 };
  const scale = scaleOf(Math.max(-min, max));
  const sum = scaledSum(values, count, scale, look);
  const mean = Math.min(Math.max(sum / count / scale, min), max);
  return {
    count,
    sum: sum / scale,
    mean,
    min,
    max,
    stddev: scaledDeviation(values, count, mean * scale, scale, look) / scale,
  };
}

function scaleOf(magnitude: number): number {
  if (magnitude >= LARGE) return SCALE_DOWN;
  return magnitude <= SMALL ? SCALE_UP : 1;
}

// The three passes below keep two results each, of even and of odd places: an addition waits for the one before it, and
// two of them that don't wait for each other take the time of one (bench select-ranks). Their many arguments are those of an inner loop.

function extremesOf(values: Float64Array, count: number, look: () => void): { min: number; max: number } {
  let min = values[0]!;
  let max = min;
  let otherMin = min;
  let otherMax = min;
  for (let from = 1; from + 1 < count; from += VALUES_AT_ONCE) {
    if (from > 1) look();
    const end = Math.min(count, from + VALUES_AT_ONCE);
    for (let i = from; i + 1 < end; i += 2) {
      const value = values[i]!;
      const other = values[i + 1]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (other < otherMin) otherMin = other;
      if (other > otherMax) otherMax = other;
    }
  }
  const last = values[count - 1]!;
  return { min: Math.min(min, otherMin, last), max: Math.max(max, otherMax, last) };
}

function scaledSum(values: Float64Array, count: number, scale: number, look: () => void): number {
  let sum = 0;
  let lost = 0;
  let otherSum = 0;
  let otherLost = 0;
  for (let from = 0; from < count; from += VALUES_AT_ONCE) {
    if (from > 0) look();
    const end = Math.min(count, from + VALUES_AT_ONCE);
    for (let i = from; i < end; i += 2) {
      const value = values[i]! * scale;
      const other = i + 1 < count ? values[i + 1]! * scale : 0;
      const next = sum + value;
      const otherNext = otherSum + other;
      // The exact rounding error of the addition, without a branch on which is larger.
      const back = next - sum;
      lost += sum - (next - back) + (value - back);
      const otherBack = otherNext - otherSum;
      otherLost += otherSum - (otherNext - otherBack) + (other - otherBack);
      sum = next;
      otherSum = otherNext;
    }
  }
  const total = sum + otherSum;
  const back = total - sum;
  return total + (sum - (total - back) + (otherSum - back) + lost + otherLost);
}

function scaledDeviation(
  values: Float64Array,
  count: number,
  mean: number,
  scale: number,
  look: () => void,
): number {
  let squares = 0;
  let rest = 0;
  let otherSquares = 0;
  let otherRest = 0;
  for (let from = 0; from < count; from += VALUES_AT_ONCE) {
    if (from > 0) look();
    const end = Math.min(count, from + VALUES_AT_ONCE);
    for (let i = from; i < end; i += 2) {
      const distance = values[i]! * scale - mean;
      const other = i + 1 < count ? values[i + 1]! * scale - mean : 0;
      squares += distance * distance;
      rest += distance;
      otherSquares += other * other;
      otherRest += other;
    }
  }
  const off = rest + otherRest;
  return Math.sqrt(Math.max(0, (squares + otherSquares - (off * off) / count) / count));
}
