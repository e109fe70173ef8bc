/**
 * The mean of each point and the `width - 1` before it, into `out`; at the beginning of as many as there are. Every mean is summed
 * anew, so no error of an earlier window lasts.
 */
export function movingAverageInto(y: Float64Array, count: number, width: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) {
    const from = Math.max(0, i - width + 1);
    let sum = 0;
    for (let j = from; j <= i; j++) sum += y[j]!;
    out[i] = sum / (i - from + 1);
  }
}

/**
 * The exponentially weighted moving average after the last point: each point has 1 - alpha times the weight of the one behind it.
 * `width` says alpha as 2 / (width + 1), which gives weights the same mean age as those of a moving average of that width. NaN
 * for no points.
 */
export function exponentialAverage(y: Float64Array, count: number, width: number): number {
  const alpha = 2 / (width + 1);
  let average = count === 0 ? Number.NaN : y[0]!;
  for (let i = 1; i < count; i++) average += alpha * (y[i]! - average);
  return average;
}
