/** Points before which the window says nothing. */
const POINTS_MIN = 5;

/** A square this many times as large as all that remain has taken most of their digits with it. */
const DIGITS_LOST = 2 ** 20;

/** What each point is held against: columns with a place a point. */
export interface RollingBaseline {
  means: Float64Array;
  deviations: Float64Array;
  /** How many points those are of. */
  counts: Float64Array;
}

/**
 * For each point the mean and the population's deviation of the points of `windowMs` before its time, itself and others at its time
 * left out; NaN for both where those are fewer than POINTS_MIN. Times ascend. Sums are kept about `origin` (the mean of all, say), and made
 * anew whenever the window has moved by its own length or a value has left that was huge beside all others, so that rounding neither grows nor lasts.
 */
// Six arguments: columns in, columns out.
export function rollingBaselineInto(
  times: Float64Array,
  values: Float64Array,
  count: number,
  windowMs: number,
  origin: number,
  { means, deviations, counts }: RollingBaseline,
): void {
  let from = 0;
  let to = 0;
  let renewed = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const timeMs = times[i]!;
    for (; times[to]! < timeMs; to++) {
      const distance = values[to]! - origin;
      sum += distance;
      squares += distance * distance;
    }
    let lost = 0;
    for (; from < to && times[from]! < timeMs - windowMs; from++) {
      const distance = values[from]! - origin;
      sum -= distance;
      squares -= distance * distance;
      lost = Math.max(lost, distance * distance);
    }
    if (from >= renewed || lost > DIGITS_LOST * squares) {
      sum = 0;
      squares = 0;
      for (let j = from; j < to; j++) {
        const distance = values[j]! - origin;
        sum += distance;
        squares += distance * distance;
      }
      renewed = Math.max(to, from + 1);
    }
    const points = to - from;
    counts[i] = points;
    const mean = points < POINTS_MIN ? Number.NaN : sum / points;
    means[i] = mean + origin;
    deviations[i] = Math.sqrt(Math.max(0, squares / points - mean * mean)) + 0 * mean;
  }
}
