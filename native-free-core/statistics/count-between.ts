/**
 * How many of `values[0..count)` lie in each bucket [edges[i], edges[i + 1]); the last one holds its upper edge too. Edges
 * ascend and lie about evenly, around all values. Counts are exact: the bucket is computed, then held against its edges.
 */
export function countBetween(values: Float64Array, count: number, edges: Float64Array): Uint32Array {
  const last = edges.length - 2;
  const counts = new Uint32Array(last + 1);
  const low = edges[0]!;
  // Over halves, so that no range overflows.
  const perUnit = last === 0 ? 0 : (last + 1) / 2 / (edges[last + 1]! / 2 - low / 2);
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    const guess = (value - low) * perUnit;
    let bucket = guess < last ? guess | 0 : last;
    if (value < edges[bucket]! || value >= edges[bucket + 1]!) bucket = settle(value, edges, bucket);
    counts[bucket] = counts[bucket]! + 1;
  }
  return counts;
}

/** The bucket of a value whose computed one is off: by one from rounding, by more where edges lie unevenly. */
function settle(value: number, edges: Float64Array, guess: number): number {
  let bucket = guess;
  while (value < edges[bucket]!) bucket--;
  while (bucket < edges.length - 2 && value >= edges[bucket + 1]!) bucket++;
  return bucket;
}
