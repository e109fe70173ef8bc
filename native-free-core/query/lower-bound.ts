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
