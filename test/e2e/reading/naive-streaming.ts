import { meanOf, percentileOf } from './naive.js';
import type { Sent } from './world.js';

/**
 * The streaming detectors as docs/queries.md defines them, each point judged from all that came before it: no state but lists. Costs
 * the square of the points.
 */
export interface Opinion {
  score: number;
  expected: number;
}

const HOUR = 3_600_000;

/** The mean of all values while they are at most 1 / alpha, from then on one with exponential weights. */
function slowMean(values: readonly number[], alpha: number): number {
  const plain = Math.min(values.length, Math.floor(1 / alpha + 1e-9));
  const later = values.slice(plain);
  const weights = later.map((_, i) => alpha * (1 - alpha) ** (later.length - 1 - i));
  const start = meanOf(values.slice(0, plain)) * (1 - alpha) ** later.length;
  return later.reduce((sum, value, i) => sum + value * weights[i]!, start);
}

/** By how much of the range of those before it the last one lies beyond, at most a half; 0 while there is no range. */
function beyond(channel: readonly number[]): number {
  const last = channel.at(-1)!;
  const before = channel.slice(0, -1);
  const [low, high] = [Math.min(...before), Math.max(...before)];
  return before.length < 2 || low === high
    ? 0
    : Math.min(0.5, Math.max(last - high, low - last, 0) / (high - low));
}

/** For each point the distance from the mean of those of its kind before it; of the first of a kind none. */
function residuals(points: readonly Sent[], alpha: number, kindOf: (timeMs: number) => unknown): number[] {
  const before = new Map<unknown, number[]>();
  return points.map(({ timeMs, value }) => {
    const kind = kindOf(timeMs);
    const own = before.get(kind) ?? [];
    before.set(kind, [...own, value]);
    return own.length === 0 ? Number.NaN : value - slowMean(own, alpha);
  });
}

function hourOfWeek(timeMs: number): string {
  const time = new Date(timeMs);
  return `${[0, 6].includes(time.getUTCDay()) ? 'weekend' : 'weekday'} ${time.getUTCHours()}`;
}

const halfHour = (timeMs: number): number => Math.floor((timeMs % (24 * HOUR)) / (HOUR / 2));

export function naiveNovelty(points: readonly Sent[]): Opinion[] {
  const values = points.map(({ value }) => value);
  const last12 = (of: (...values: number[]) => number): number[] =>
    values.map((_, i) => (i < 11 ? Number.NaN : of(...values.slice(i - 11, i + 1))));
  const channels = [
    ...[0.003, 0.01, 0.03].map((alpha) => residuals(points, alpha, () => 'all')),
    ...[last12(Math.min), last12(Math.max)],
    ...[residuals(points, 0.2, hourOfWeek), residuals(points, 0.2, halfHour)],
  ];
  let held = 0;
  return values.map((value, i) => {
    const told = channels.filter((channel) => !Number.isNaN(channel[i]!));
    const parts = told.map((channel) =>
      beyond(channel.slice(0, i + 1).filter((each) => !Number.isNaN(each))),
    );
    const sum = parts.reduce((total, part) => total + part, 0);
    const raw = i < 100 ? 0 : 20 * sum * Math.log10((i + 1) / 100);
    held *= 74 / 75;
    const isNews = raw > held;
    if (isNews) held = raw;
    return { score: isNews ? raw : 0, expected: i === 0 ? value : slowMean(values.slice(0, i), 0.01) };
  });
}

export function naiveSpikes(points: readonly Sent[]): Opinion[] {
  let [expected, variance] = [points[0]?.value ?? 0, 0];
  let [level, excess] = [2.576, 0.32];
  let judged = 50;
  return points.map(({ value }, i) => {
    const told = expected;
    const deviation = Math.sqrt(variance);
    const isJudged = i >= 30 && deviation > 0;
    const distance = value - told;
    const weight = Math.max(0.01, 1 / (i + 1));
    const pulled = isJudged ? percentileOf([-4 * deviation, distance, 4 * deviation], 50) : distance;
    expected = told + weight * pulled;
    variance = (1 - weight) * variance + weight * pulled ** 2;
    if (!isJudged) return { score: 0, expected: told };
    const above = Math.abs(distance) / deviation - level;
    const score = above > 0 ? 2 + above / excess / Math.log(10) : 0;
    judged++;
    level += (above > 0 ? 0.99 : -0.01) * 2 * excess * Math.max(0.01, 1 / judged);
    const share = Math.max(0.02, 1 / judged);
    if (above > 0) excess = (1 - share) * excess + share * Math.min(above, 10 * excess);
    return { score, expected: told };
  });
}
