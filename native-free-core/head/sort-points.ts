/** True when the times ascend (equal ones allowed). */
export function isSorted(times: Float64Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (times[i]! < times[i - 1]!) return false;
  return true;
}

/**
 * Sorts two columns by time, stable: equal times keep their order of arrival. Out-of-order data is mostly a few runs
 * that are sorted each (a retried batch, a second sender), so this is a natural merge sort: it finds the runs that are
 * there and merges neighbours until one is left. `scratchTimes` and `scratchValues` hold at least `count`.
 */
export function sortPoints(
  times: Float64Array,
  values: Float64Array,
  count: number,
  scratchTimes: Float64Array,
  scratchValues: Float64Array,
): void {
  let runs = [0];
  for (let i = 1; i < count; i++) if (times[i]! < times[i - 1]!) runs.push(i);
  let [fromTimes, fromValues, toTimes, toValues] = [times, values, scratchTimes, scratchValues];
  while (runs.length > 1) {
    const merged: number[] = [];
    for (let r = 0; r < runs.length; r += 2) {
      const start = runs[r]!;
      const middle = runs[r + 1] ?? count;
      const end = runs[r + 2] ?? count;
      merged.push(start);
      mergeRuns(fromTimes, fromValues, toTimes, toValues, start, middle, end);
    }
    [fromTimes, fromValues, toTimes, toValues] = [toTimes, toValues, fromTimes, fromValues];
    runs = merged;
  }
  if (fromTimes === times) return;
  times.set(fromTimes.subarray(0, count));
  values.set(fromValues.subarray(0, count));
}

// Seven arguments: primitives and columns of one inner loop.
function mergeRuns(
  fromTimes: Float64Array,
  fromValues: Float64Array,
  toTimes: Float64Array,
  toValues: Float64Array,
  start: number,
  middle: number,
  end: number,
): void {
  let a = start;
  let b = middle;
  for (let to = start; to < end; to++) {
    const takeA = a < middle && (b >= end || fromTimes[a]! <= fromTimes[b]!);
    const from = takeA ? a++ : b++;
    toTimes[to] = fromTimes[from]!;
    toValues[to] = fromValues[from]!;
  }
}
