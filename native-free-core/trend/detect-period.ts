/** The shortest period, in windows: less has no shape. */
const PERIOD_MIN = 4;

/** Whole periods that a series must have: two alike may be chance. */
const CYCLES_MIN = 3;

/**
 * The part of the spread that other cycles must tell of a cycle, for a period of the calendar and for any other. Of random
 * walks, which look periodic more often than any stationary noise, 2 % reach these (test of this file).
 */
const SHARE_EXPECTED = 0.2;
const SHARE_ANY = 0.5;

/** A period of the calendar wins over a neighbour that tells this much more. */
const SHARE_NEIGHBOUR = 0.03;

/** Periods up to this many times as long are neighbours of one, not multiples. */
const NEIGHBOUR = 1.5;

/** A longer period, whose multiples are periods too, must leave at most this part of what a shorter one leaves. */
const LEFT_BY_LONGER = 0.6;

/** And this much less, so that rounding does not decide where nothing is left. */
const LEFT_LEAST = 0.01;

/**
 * The period of an evenly spaced series in steps, or 0 where there is none. A period is as good as the mean of the other cycles
 * foretells each cycle (leave one out), all of them without their own level and slope, so that neither a trend nor a
 * slow wander counts. `expected` are the periods that are likelier than others, such as a day.
 */
export function detectPeriod(y: Float64Array, count: number, expected: readonly number[]): number {
  let period = 0;
  let best = 0;
  const longest = Math.floor(count / CYCLES_MIN);
  const shape = new Float64Array(longest);
  for (let candidate = PERIOD_MIN; candidate <= longest; candidate++) {
    const share = foretoldShare(y, count, candidate, shape);
    const isExpected = expected.includes(candidate);
    if (share < (isExpected ? SHARE_EXPECTED : SHARE_ANY)) continue;
    const merit = isExpected ? share + SHARE_NEIGHBOUR : share;
    const isBetter =
      candidate < period * NEIGHBOUR
        ? merit > best
        : period === 0 || 1 - share < LEFT_BY_LONGER * (1 - best) - LEFT_LEAST;
    if (!isBetter) continue;
    period = candidate;
    best = merit;
  }
  return period;
}

/** How much of the spread of each cycle of `period` the others foretell: 1 all, 0 or less nothing. */
export function foretoldShare(y: Float64Array, count: number, period: number, shape: Float64Array): number {
  const cycles = Math.floor(count / period);
  const from = count - cycles * period;
  shape.fill(0, 0, period);
  const middle = (period - 1) / 2;
  const square = (period * (period * period - 1)) / 12;
  let total = 0;
  // With r[k][j] the residuals and s[j] their sums: the error of cycle k is r - (s - r) / (K - 1) = (K r - s) / (K - 1).
  for (let cycle = 0; cycle < cycles; cycle++) {
    const start = from + cycle * period;
    let level = 0;
    let slope = 0;
    for (let j = 0; j < period; j++) level += y[start + j]!;
    level /= period;
    for (let j = 0; j < period; j++) slope += (j - middle) * (y[start + j]! - level);
    slope /= square;
    for (let j = 0; j < period; j++) {
      const residual = y[start + j]! - level - slope * (j - middle);
      shape[j] = shape[j]! + residual;
      total += residual * residual;
    }
  }
  if (!(total > 0)) return 0;
  let sums = 0;
  for (let j = 0; j < period; j++) sums += shape[j]! ** 2;
  // The sum over all of (K r - s)² is K² Σ r² - K Σ s².
  const errors = (cycles * cycles * total - cycles * sums) / (cycles - 1) ** 2;
  return 1 - errors / total;
}
