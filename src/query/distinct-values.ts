import { SORTED_AT_ONCE } from './limits.js';

/**
 * How many different values there are. They are sorted, which a native sort does, but not of tens of millions at once: that takes seconds, and cannot be
 * stopped. `values` and `scratch` are overwritten; that is as long, where there are more values than are sorted at once. `look` is called every few ms, and ends it by what it throws.
 */
export function countDistinct(values: Float64Array, scratch: Float64Array, look: () => void): number {
  const { length } = values;
  for (let from = 0; from < length; from += SORTED_AT_ONCE) {
    if (from > 0) look();
    values.subarray(from, from + SORTED_AT_ONCE).sort();
  }
  let [sorted, other] = [values, scratch];
  for (let run = SORTED_AT_ONCE; run < length; run *= 2) {
    for (let start = 0; start < length; start += 2 * run) {
      mergeRuns(sorted, other, start, Math.min(length, start + run), Math.min(length, start + 2 * run), look);
    }
    [sorted, other] = [other, sorted];
  }
  let count = 0;
  for (let from = 0; from < length; from += SORTED_AT_ONCE) {
    if (from > 0) look();
    const end = Math.min(length, from + SORTED_AT_ONCE);
    for (let i = from; i < end; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  }
  return count;
}

/** Merges the sorted [start, middle) and [middle, end). Six arguments: the columns and numbers of an inner loop, and who looks. */
function mergeRuns(
  from: Float64Array,
  to: Float64Array,
  start: number,
  middle: number,
  end: number,
  look: () => void,
): void {
  let a = start;
  let b = middle;
  for (let at = start; at < end; ) {
    if (at > start) look();
    for (const until = Math.min(end, at + SORTED_AT_ONCE); at < until; at++) {
      to[at] = a < middle && (b >= end || from[a]! <= from[b]!) ? from[a++]! : from[b++]!;
    }
  }
}
