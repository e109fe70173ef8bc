import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { lowerBound } from '../../../native-free-core/query/lower-bound.js';

/** The end of the points of [from, to) that lie in the window of the first; windows are aligned to the epoch. */
export function windowEnd(times: Float64Array, from: number, to: number, windowMs: number): number {
  const endMs = windowStartOf(times[from]!, windowMs) + windowMs;
  let end = from + 1;
  // A few of a minute, or all of a day.
  for (const near = Math.min(to, from + 16); end < near; end++) if (times[end]! >= endMs) return end;
  return lowerBound(times, end, to, endMs);
}
