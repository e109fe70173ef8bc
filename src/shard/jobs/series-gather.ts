import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { sortPoints } from '../../../native-free-core/head/sort-points.js';
import type { SeriesSlice } from '../../../native-free-core/tier/slice-edits.js';

/** By window, in how many runs it stands, and how many of them have been written anew. */
export type WindowStands = Map<number, { all: number; met: number }>;

/** The cells of windows that begin in [startMs, endMs); counts how often each stands in the segments. */
export function windowsIn(cells: CellRun, startMs: number, endMs: number, stands: WindowStands): CellRun {
  const part = new CellRun();
  for (let i = 0; i < cells.length; i++) {
    const windowMs = cells.windowStartMs[i]!;
    if (windowMs < startMs || windowMs >= endMs) continue;
    part.appendFrom(cells, i);
    const stand = stands.get(windowMs);
    if (stand === undefined) stands.set(windowMs, { all: 1, met: 0 });
    else stand.all++;
  }
  return part;
}

/** A slice of what was gathered in the order of arrival. */
export function sortedSlice(
  times: readonly number[],
  values: readonly number[],
  runs: readonly CellRun[],
): SeriesSlice {
  const slice = {
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    count: times.length,
    runs,
  };
  sortPoints(
    slice.times,
    slice.values,
    slice.count,
    new Float64Array(slice.count),
    new Float64Array(slice.count),
  );
  return slice;
}
