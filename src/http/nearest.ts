/** Edits between two texts (insert, delete, change, swap neighbours), or `limit` + 1 where there are more. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, before[column - 2]! + 1);
      }
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return Math.min(previous[b.length]!, limit + 1);
}

/** The candidates that a misspelt name may have meant, nearest first: few edits for its length, or part of one another. */
export function nearest(name: string, candidates: Iterable<string>, count: number): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const ranked: { candidate: string; distance: number; missing: number }[] = [];
  for (const candidate of candidates) {
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
