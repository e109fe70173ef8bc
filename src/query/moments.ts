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

/** From this size on squares may overflow, and everything is done with values scaled down. */
const LARGE = 2 ** 480;
const SCALE = 2 ** -600;

/**
 * The moments of `values[0..count)`. The sum is compensated: exact to an ulp or two whatever the order (T. Ogita, S. Rump,
 * S. Oishi, "Accurate sum and dot product", 2005, algorithm Sum2); it may overflow, mean and stddev don't. The variance
 * is the mean square of distances from the mean, with the correction for the mean's own rounding (T. Chan, G. Golub,
 * R. LeVeque, "Algorithms for computing the sample variance", 1983): a small spread on a large base keeps its digits.
 */
export function momentsOf(values: Float64Array, count: number): Moments {
  if (count === 0) return { count, sum: 0, mean: 0, min: 0, max: 0, stddev: 0 };
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min === max) return { count, sum: min * count, mean: min, min, max, stddev: 0 };
  const scale = Math.max(-min, max) >= LARGE ? SCALE : 1;
  const sum = scaledSum(values, count, scale);
  const mean = Math.min(Math.max(sum / count / scale, min), max);
  return {
    count,
    sum: sum / scale,
    mean,
    min,
    max,
    stddev: scaledDeviation(values, count, mean * scale, scale) / scale,
  };
}

function scaledSum(values: Float64Array, count: number, scale: number): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]! * scale;
    const next = sum + value;
    // The exact rounding error of the addition, without a branch on which is larger.
    const back = next - sum;
    lost += sum - (next - back) + (value - back);
    sum = next;
  }
  return sum + lost;
}

function scaledDeviation(values: Float64Array, count: number, mean: number, scale: number): number {
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < count; i++) {
    const distance = values[i]! * scale - mean;
    squares += distance * distance;
    rest += distance;
  }
  return Math.sqrt(Math.max(0, (squares - (rest * rest) / count) / count));
}
