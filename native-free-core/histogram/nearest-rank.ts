/** Two units in the last place: what p, p * count and the division by 100 may be off by together. */
const ROUNDING = 2 ** -51;

/**
 * The nearest rank of a percentile: the smallest r in 1..count with at least p % of `count` values at or below
 * the r-th smallest. `percent` is 0..100 and means the decimal that was written: 99.9 % of 1,000 is rank 999,
 * although 99.9 has no exact float64. Answers 0 for an empty set.
 */
export function nearestRank(percent: number, count: number): number {
  if (count <= 0) return 0;
  if (percent >= 100) return count;
  const rank = Math.ceil(((percent * count) / 100) * (1 - ROUNDING));
  return Math.max(rank, 1);
}
