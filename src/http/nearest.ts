import { EDITS_MAX, ROWS_AT_ONCE } from './limits.js';
import { type Look, noLook } from './present/look.js';

/**
 * Edits between two texts (insert, delete, change, swap neighbours), or `limit` + 1 where there are more. Costs the longer text's length times
 * the limit at most, since no way of few edits leads far from the diagonal, and mostly much less.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let start = 0;
  let same = 0;
  const shorter = Math.min(a.length, b.length);
  while (start < shorter && a[start] === b[start]) start++;
  while (same < shorter - start && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  return middleDistance(a.slice(start, a.length - same), b.slice(start, b.length - same), limit);
}

/** The same of texts that neither begin nor end alike. */
function middleDistance(a: string, b: string, limit: number): number {
  const over = limit + 1;
  let before = new Int32Array(b.length + 2).fill(over);
  let previous = before.map((_, column) => Math.min(column, over));
  let current = before.slice();
  let leastBefore = 0;
  for (let row = 1; row <= a.length; row++) {
    const first = Math.max(1, row - limit);
    const last = Math.min(b.length, row + limit);
    current[first - 1] = first === 1 ? Math.min(row, over) : over;
    let least = current[first - 1]!;
    for (let column = first; column <= last; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + change,
        over,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, before[column - 2]! + 1);
      }
      current[column] = cost;
      least = Math.min(least, cost);
    }
    current[last + 1] = over;
    // A swap goes on from the row before.
    if (least > limit && leastBefore >= limit) return over;
    leastBefore = least;
    [before, previous, current] = [previous, current, before];
  }
  return Math.min(previous[b.length]!, over);
}

/**
 * The candidates that a misspelt name may have meant, nearest first: few edits for its length, or part of one another. `look` is called between some
 * thousand of them and the next; what it throws ends the search.
 */
// Four arguments: a name, what it is held against, and who looks.
export function nearest(
  name: string,
  candidates: Iterable<string>,
  count: number,
  look: Look = noLook,
): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.min(EDITS_MAX, Math.max(1, Math.floor(wanted.length / 3)));
  let looked = 0;
  const ranked: { candidate: string; distance: number; missing: number }[] = [];
  for (const candidate of candidates) {
    if (looked++ % ROWS_AT_ONCE === 0) look();
    const folded = candidate.toLowerCase();
    const inside =
      (wanted.length >= 3 && folded.includes(wanted)) ||
      (wanted.length >= 3 && folded.length * 2 >= wanted.length && wanted.includes(folded));
    const distance = inside ? Math.min(1, limit) : editDistance(wanted, folded, limit);
    if (distance <= limit) {
      ranked.push({ candidate, distance, missing: Math.abs(folded.length - wanted.length) });
    }
  }
  ranked.sort(
    (a, b) => a.distance - b.distance || a.missing - b.missing || (a.candidate < b.candidate ? -1 : 1),
  );
  return ranked.slice(0, count).map((each) => each.candidate);
}
