import { windowStartOf } from '../../../native-free-core/cell/window-start.js';

/** The end of the points of [from, to) that lie in the window of the first; windows are aligned to the epoch. */
export function windowEnd(times: Float64Array, from: number, to: number, windowMs: number): number {
  const endMs = windowStartOf(times[from]!, windowMs) + windowMs;
  let end = from + 1;
  // A few of a minute, or all of a day.
  for (const near = Math.min(to, from + 16); end < near; end++) if (times[end]! >= endMs) return end;
  return lowerBound(times, end, to, endMs);
}

/** The first of the ascending times [from, to) at or after `timeMs`; `to` when there is none. */
export function lowerBound(times: Float64Array, from: number, to: number, timeMs: number): number {
  // Mostly all or none.
  if (from === to || times[from]! >= timeMs) return from;
  if (times[to - 1]! < timeMs) return to;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
