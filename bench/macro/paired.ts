/** Chance that a median of more samples lies outside of its interval. */
const OUTSIDE_MAX = 0.05;

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;
};

/**
 * Takes `pairs` samples each of two things in turn, the one that comes first alternating (a b, b a, …): what drifts while they are taken, the
 * machine's other work above all, goes into both alike. Answers their differences, b − a.
 */
export async function pairedDifferences(
  pairs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<number[]> {
  const differences: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const isSwapped = i % 2 === 1;
    const first = await (isSwapped ? b : a)();
    const second = await (isSwapped ? a : b)();
    differences.push(isSwapped ? first - second : second - first);
  }
  return differences;
}

/**
 * Between which samples the median of all that might be taken lies, 19 times of 20, whatever their distribution: that so many of n lie below it is
 * as likely as so many heads of n coins. Of fewer than six samples, from the least to the greatest.
 */
export function medianInterval(samples: readonly number[]): [number, number] {
  const sorted = [...samples].sort((a, b) => a - b);
  const n = sorted.length;
  // The chance of exactly `rank` heads, and of at most as many.
  let chance = 2 ** -n;
  let below = chance;
  let rank = 0;
  while (2 * below <= OUTSIDE_MAX) {
    rank++;
    chance *= (n - rank + 1) / rank;
    below += chance;
  }
  const from = Math.max(0, rank - 1);
  return [sorted[from] ?? Number.NaN, sorted[n - 1 - from] ?? Number.NaN];
}
