import { keepWholeInto } from './keep-whole.js';

/**
 * The minimum and the maximum of each pixel column: what a line chart of that width can't do without, so that no
 * spike is lost (U. Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10), 2014, whose first and last
 * point of each column are left out: they only join columns). Writes the indexes of at most `threshold` of the points
 * [0, count) into `chosen`, ascending, and answers how many. Times ascend, equal ones allowed; values are finite.
 *
 * The first and the last point are always kept, and the time between them is cut into `(threshold - 2) / 2` columns of
 * equal length, rounded down. Of equal values the first is kept. With no more points than `threshold` all are kept; a threshold of 1 keeps the
 * first, of 2 or 3 the ends.
 */
export function extremesPerPixelInto(
  times: Float64Array,
  values: Float64Array,
  count: number,
  threshold: number,
  chosen: Uint32Array,
): number {
  const kept = keepWholeInto(count, threshold, chosen);
  if (kept >= 0) return kept;
  const columns = (threshold - 2) >>> 1;
  const last = count - 1;
  const start = times[0]!;
  const span = times[last]! - start;
  chosen[0] = 0;
  let length = 1;
  for (let column = 0, from = 1; column < columns && from < last; column++) {
    const edge = start + (span * (column + 1)) / columns;
    let to = from;
    let low = from;
    let high = from;
    // The last column takes what is left, so that rounding of its edge loses no point.
    for (; to < last && (times[to]! < edge || column === columns - 1); to++) {
      const value = values[to]!;
      if (value < values[low]!) low = to;
      if (value > values[high]!) high = to;
    }
    if (to > from) {
      chosen[length++] = Math.min(low, high);
      if (low !== high) chosen[length++] = Math.max(low, high);
    }
    from = to;
  }
  chosen[length++] = last;
  return length;
}
