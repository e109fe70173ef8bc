import { normalEquivalent } from '../../native-free-core/detect/normal-equivalent.js';
import { rollingBaselineInto } from '../../native-free-core/detect/rolling-baseline.js';
import {
  NORMAL_MEAN_DEVIATION,
  NORMAL_MEDIAN_DEVIATION,
  seasonalBaseline,
} from '../../native-free-core/detect/seasonal-baseline.js';
import { createStreamDetector, type StreamProfile } from '../../native-free-core/detect/stream-detector.js';
import { niceStepMs } from '../../native-free-core/query/nice-step.js';
import { detectPeriod } from '../../native-free-core/trend/detect-period.js';
import { evenSeries } from '../../native-free-core/trend/even-grid.js';
import { habitualPeriods } from '../../native-free-core/trend/habits.js';
import { KEPT_VALUES_MAX, POINTS_AT_ONCE, SEASONAL_WINDOWS_MAX } from './limits.js';
import type { Moments } from './moments.js';
import { selectRanks } from './select-ranks.js';

/** A window that doesn't move at all counts as moving by this part of all. */
const DEVIATION_LEAST = 1e-3;

/** What is nearer to its expectation than this part of the greatest one is as good as met: the sums behind it are rounded. */
const ROUNDING = 2 ** -44;

/** Gaps that vary about a round length are that long, also where most are a little longer; those below a second stay as they are. */
const ROUND_GAP_PART = 0.9;
const ROUND_GAP_MS = 900;

/** What each point of one series is held against: columns that are used again, a place a point. */
export class SeriesBaseline {
  expected = new Float64Array(1_024);
  deviation = new Float64Array(1_024);
  /** How strange each point is. */
  score = new Float64Array(1_024);
  /** Of the last seasonal baseline; 0: none was found. */
  periodMs = 0;
  #work = new Float64Array(1_024);
  #scratch = new Float64Array(1_024);
  #look = (): void => {};

  /** Begins a query: `look` is called every few ms, and ends it by what it throws. */
  begin(look: () => void): void {
    this.#look = look;
  }

  /** Mean and deviation of all. */
  zScores(values: Float64Array, count: number, { mean, stddev }: Moments): void {
    this.#reserve(count);
    this.expected.fill(mean, 0, count);
    this.deviation.fill(stddev, 0, count);
    this.#score(values, count);
  }

  /** Mean and deviation of the window before each point; scores say what a distance from few points is worth. */
  // Five arguments: a series, its moments, and the window.
  rolling(
    times: Float64Array,
    values: Float64Array,
    count: number,
    moments: Moments,
    windowMs: number,
  ): void {
    this.#reserve(count);
    const counts = this.#work;
    const baseline = { means: this.expected, deviations: this.deviation, counts };
    rollingBaselineInto(times, values, count, windowMs, moments.mean, baseline);
    const least = moments.stddev * DEVIATION_LEAST;
    for (let i = 0; i < count; i++) {
      if (i % POINTS_AT_ONCE === 0) this.#look();
      if (this.deviation[i]! < least) this.deviation[i] = least;
      const zScore = this.zScore(i, values[i]!);
      this.score[i] = zScore === 0 ? 0 : normalEquivalent(zScore, counts[i]!);
    }
  }

  /** The median, and the median of the distances from it (B. Iglewicz, D. Hoaglin, "How to detect and handle outliers", 1993). */
  medians(values: Float64Array, count: number): void {
    this.#reserve(count);
    this.expected.fill(this.#median(values, count), 0, count);
    this.#scoreByMedian(values, count);
  }

  /** Level and season of windows; without a season as `medians`. `givenMs` is the period where it is known. */
  seasonal(times: Float64Array, values: Float64Array, count: number, givenMs: number | undefined): void {
    this.#reserve(count);
    const { startMs, stepMs, even } = windowsOf(times, values, count);
    const given = givenMs === undefined ? undefined : Math.round(givenMs / stepMs);
    const period = given ?? detectPeriod(even, even.length, habitualPeriods(stepMs));
    this.periodMs = period < 2 || even.length < 2 * period ? 0 : period * stepMs;
    if (this.periodMs === 0) {
      this.medians(values, count);
      return;
    }
    const baseline = seasonalBaseline(even, period);
    for (let i = 0; i < count; i++) {
      const place = Math.min(baseline.length - 1, Math.floor((times[i]! - startMs) / stepMs));
      this.expected[i] = baseline[place]!;
    }
    this.#scoreByMedian(values, count);
  }

  // Four arguments: a series, and who looks at it.
  streaming(times: Float64Array, values: Float64Array, count: number, profile: StreamProfile): void {
    this.#reserve(count);
    const detector = createStreamDetector(profile);
    for (let i = 0; i < count; i++) {
      if (i % POINTS_AT_ONCE === 0) this.#look();
      this.score[i] = detector.push(times[i]!, values[i]!);
      this.expected[i] = detector.expected;
      this.deviation[i] = detector.deviation;
    }
  }

  /** The signed distance of a point in deviations; 0 where there is none to tell. */
  zScore(i: number, value: number): number {
    const z = (value - this.expected[i]!) / this.deviation[i]!;
    return Number.isFinite(z) ? z : 0;
  }

  #score(values: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      if (i % POINTS_AT_ONCE === 0) this.#look();
      this.score[i] = Math.abs(this.zScore(i, values[i]!));
    }
  }

  /** Scores by the median distance from what is expected, or where half of them are 0 by the mean distance. */
  #scoreByMedian(values: Float64Array, count: number): void {
    const work = this.#work;
    let sum = 0;
    let most = 0;
    for (let i = 0; i < count; i++) {
      const expected = this.expected[i]!;
      sum += Math.abs(values[i]! - expected) / count;
      most = Math.max(most, Math.abs(expected));
    }
    this.#look();
    for (let i = 0; i < count; i++) work[i] = Math.abs(values[i]! - this.expected[i]!);
    const middle = count === 0 ? 0 : this.#select(count);
    const deviation = middle > 0 ? middle / NORMAL_MEDIAN_DEVIATION : sum / NORMAL_MEAN_DEVIATION;
    this.deviation.fill(Math.max(deviation, most * ROUNDING), 0, count);
    this.#score(values, count);
  }

  #median(values: Float64Array, count: number): number {
    if (count === 0) return 0;
    for (let i = 0; i < count; i++) this.#work[i] = values[i]!;
    return this.#select(count);
  }

  /** The median (nearest rank) of what stands in #work. */
  #select(count: number): number {
    return selectRanks(this.#work, count, this.#scratch, [Math.ceil(count / 2)], this.#look)[0]!;
  }

  /** Gives the memory of long series back. */
  clear(): void {
    if (this.expected.length > KEPT_VALUES_MAX) this.#allocate(1_024);
  }

  #reserve(count: number): void {
    if (count > this.expected.length) this.#allocate(2 ** Math.ceil(Math.log2(count)));
  }

  #allocate(capacity: number): void {
    this.expected = new Float64Array(capacity);
    this.deviation = new Float64Array(capacity);
    this.score = new Float64Array(capacity);
    this.#work = new Float64Array(capacity);
    this.#scratch = new Float64Array(capacity);
  }
}

/** The means of windows from the first point on, as an even series: a window for each point where there are few. */
function windowsOf(
  times: Float64Array,
  values: Float64Array,
  count: number,
): { startMs: number; stepMs: number; even: Float64Array } {
  const startMs = times[0] ?? 0;
  const spanMs = (times[count - 1] ?? 0) - startMs;
  const stepMs = windowLength(times, count, spanMs);
  const windowTimes: number[] = [];
  const means: number[] = [];
  for (let i = 0; i < count; ) {
    const place = Math.floor((times[i]! - startMs) / stepMs);
    let sum = 0;
    const from = i;
    for (; i < count && Math.floor((times[i]! - startMs) / stepMs) === place; i++) sum += values[i]!;
    windowTimes.push(startMs + place * stepMs);
    means.push(sum / (i - from));
  }
  const even = evenSeries(Float64Array.from(windowTimes), Float64Array.from(means), means.length, stepMs);
  return { startMs, stepMs: even.stepMs, even: even.values };
}

/**
 * As long as neighbours are apart, if most are so to the letter; else, and where there would be too many windows, a round length, since a
 * season of the clock has a whole number of those and would drift against others. Of many neighbours some thousand are looked at.
 */
function windowLength(times: Float64Array, count: number, spanMs: number): number {
  const gaps: number[] = [];
  const stride = Math.max(1, Math.floor(count / SEASONAL_WINDOWS_MAX));
  for (let i = 1; i < count; i += stride) gaps.push(times[i]! - times[i - 1]!);
  gaps.sort((a, b) => a - b);
  const gap = gaps[gaps.length >> 1] ?? 0;
  const least = Math.max(1, spanMs / SEASONAL_WINDOWS_MAX);
  const isRegular = gaps[gaps.length >> 2] === gaps[(3 * gaps.length) >> 2];
  if (gap >= least && (isRegular || gap < ROUND_GAP_MS)) return gap;
  return Math.max(niceStepMs(gap * ROUND_GAP_PART, 1), niceStepMs(least, 1));
}
