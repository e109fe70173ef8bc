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

/** A longer period, of which a shorter one's multiples look like one too, must leave at most this part of what the shorter one leaves of its cycles. */
const LEFT_BY_LONGER = 0.6;

/** Rounds in which lines and a short cycle are told apart: each leaves a quarter at most of what is wrong. */
const BACKFITS = 4;

/** And this much less, so that rounding does not decide where nothing is left. */
const LEFT_LEAST = 0.01;

/** What residuals are at most that are only the rounding of sums over a cycle, as a part of the greatest value. */
const ROUNDING = 2 ** -44;

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
        : period === 0 || leavesMore(y, count, candidate, period, (1 - share + LEFT_LEAST) / LEFT_BY_LONGER);
    if (!isBetter) continue;
    period = candidate;
    best = merit;
  }
  return period;
}

/**
 * Whether a mean cycle of `shorter` leaves more than a part of the spread of the cycles of `period`, each without its own level and
 * slope (leave one out). What cycles of both lengths leave can't be compared otherwise: a line takes more of a short one, up to six
 * tenths of a wave.
 */
// Five arguments: a series, two lengths, and the part.
function leavesMore(y: Float64Array, count: number, period: number, shorter: number, part: number): boolean {
  const residuals = y.slice(count - Math.floor(count / period) * period, count);
  const { length } = residuals;
  takeLines(residuals, period);
  const cycles = length / shorter;
  const most = part * squares(residuals) * ((cycles - 1) / cycles) ** 2;
  const means = new Float64Array(shorter);
  // The lines take some of the short cycle and the short cycle some of the lines, less each time; so what is left only sinks.
  for (let round = 0; round < BACKFITS; round++) {
    means.fill(0);
    for (let i = 0; i < length; i++) means[i % shorter] = means[i % shorter]! + residuals[i]!;
    for (let phase = 0; phase < shorter; phase++)
      means[phase] = means[phase]! / Math.ceil((length - phase) / shorter);
    for (let i = 0; i < length; i++) residuals[i] = residuals[i]! - means[i % shorter]!;
    takeLines(residuals, period);
    if (!(squares(residuals) > most)) return false;
  }
  return true;
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum;
}

/** Takes the line of least squares out of each cycle. */
function takeLines(y: Float64Array, period: number): void {
  for (let start = 0; start < y.length; start += period) takeLine(y.subarray(start, start + period));
}

/** Takes its line of least squares out of an even series. */
function takeLine(cycle: Float64Array): void {
  const { length } = cycle;
  const middle = (length - 1) / 2;
  let level = 0;
  let slope = 0;
  for (let j = 0; j < length; j++) level += cycle[j]! / length;
  for (let j = 0; j < length; j++) slope += (j - middle) * (cycle[j]! - level);
  slope /= (length * (length * length - 1)) / 12;
  for (let j = 0; j < length; j++) cycle[j] = cycle[j]! - level - slope * (j - middle);
}

/** How much of the spread of each cycle of `period` the others foretell: 1 all, 0 or less nothing. */
export function foretoldShare(y: Float64Array, count: number, period: number, shape: Float64Array): number {
  const cycles = Math.floor(count / period);
  const from = count - cycles * period;
  shape.fill(0, 0, period);
  const middle = (period - 1) / 2;
  const square = (period * (period * period - 1)) / 12;
  let total = 0;
  let most = 0;
  // With r[k][j] the residuals and s[j] their sums: the error of cycle k is r - (s - r) / (K - 1) = (K r - s) / (K - 1).
  for (let cycle = 0; cycle < cycles; cycle++) {
    const start = from + cycle * period;
    let level = 0;
    let slope = 0;
    for (let j = 0; j < period; j++) {
      level += y[start + j]!;
      most = Math.max(most, Math.abs(y[start + j]!));
    }
    level /= period;
    for (let j = 0; j < period; j++) slope += (j - middle) * (y[start + j]! - level);
    slope /= square;
    for (let j = 0; j < period; j++) {
      const residual = y[start + j]! - level - slope * (j - middle);
      shape[j] = shape[j]! + residual;
      total += residual * residual;
    }
  }
  // What is left of a constant or a line is rounding, which repeats as well as a season does.
  if (!(total > cycles * period * (most * ROUNDING) ** 2)) return 0;
  let sums = 0;
  for (let j = 0; j < period; j++) sums += shape[j]! ** 2;
  // The sum over all of (K r - s)² is K² Σ r² - K Σ s².
  const errors = (cycles * cycles * total - cycles * sums) / (cycles - 1) ** 2;
  return 1 - errors / total;
}
