/**
 * At each point the mean of all points of the `spanMs` up to it, itself among them; times ascend. Every mean is summed anew, so no rounding of an earlier
 * window lasts.
 */
export function movingAverageInto(
  times: Float64Array,
  values: Float64Array,
  count: number,
  spanMs: number,
  out: Float64Array,
): void {
  for (let i = 0, from = 0; i < count; i++) {
    while (from < i && times[from]! <= times[i]! - spanMs) from++;
    let sum = 0;
    for (let j = from; j <= i; j++) sum += values[j]!;
    out[i] = sum / (i - from + 1);
  }
}

/**
 * The exponentially weighted moving average after the last point: each point has 1 - alpha times the weight of the one behind it.
 * `width` says alpha as 2 / (width + 1), which gives weights the same mean age as those of a moving average of that width. NaN
 * for no points.
 */
export function exponentialAverage(values: Float64Array, count: number, width: number): number {
  const alpha = 2 / (width + 1);
  let average = count === 0 ? Number.NaN : values[0]!;
  for (let i = 1; i < count; i++) average += alpha * (values[i]! - average);
  return average;
}
