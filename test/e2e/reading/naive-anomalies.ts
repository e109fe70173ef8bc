import { meanOf, percentileOf, type Range, varianceOf, within } from './naive.js';
import { naiveNovelty, naiveSpikes } from './naive-streaming.js';
import type { Sent } from './world.js';

/** The methods of GET /anomaly/detect as docs/queries.md defines them, written out over the points of one series, whatever they cost. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;

export interface Method {
  method: string;
  windowMs?: number;
  periodMs?: number;
  profile?: 'novelty' | 'spikes';
  /** When a streaming detector began to look on; by default as its definition says of the range. */
  fromMs?: number;
}

export interface Judged {
  point: Sent;
  score: number;
  /** NaN where a method has no opinion. */
  expected: number;
}

/** All points of the range, judged; `own` is sorted. */
export function naiveAnomalies(own: readonly Sent[], range: Range, asked: Method): Judged[] {
  const inside = within(own, range);
  if (inside.length === 0) return [];
  const values = inside.map(({ value }) => value);
  switch (asked.method) {
    case 'zscore': {
      const [mean, deviation] = [meanOf(values), Math.sqrt(varianceOf(values))];
      return inside.map((point) => judged(point, mean, deviation));
    }
    case 'mad':
      return byDistance(
        inside,
        values.map(() => percentileOf(values, 50)),
      );
    case 'seasonal':
      return byDistance(inside, seasonOf(inside, asked.periodMs!));
    case 'streaming':
      return streamed(own, { ...range, startMs: asked.fromMs ?? streamStart(range) }, asked.profile!).filter(
        ({ point }) => point.timeMs >= range.startMs,
      );
    default:
      return rolling(own, inside, asked.windowMs!);
  }
}

function judged(point: Sent, expected: number, deviation: number): Judged {
  return { point, expected, score: deviation > 0 ? Math.abs(point.value - expected) / deviation : 0 };
}

function rolling(own: readonly Sent[], inside: readonly Sent[], windowMs: number): Judged[] {
  const least = Math.sqrt(varianceOf(inside.map(({ value }) => value))) / 1_000;
  return inside.map((point) => {
    const before = own
      .filter(({ timeMs }) => timeMs < point.timeMs && timeMs >= point.timeMs - windowMs)
      .map(({ value }) => value);
    if (before.length < 5) return { point, score: 0, expected: Number.NaN };
    const plain = judged(point, meanOf(before), Math.max(Math.sqrt(varianceOf(before)), least));
    return { ...plain, score: asRareAs(plain.score, before.length) };
  });
}

/** The normal equivalent of a distance from few points (Wallace 1959). */
function asRareAs(distance: number, points: number): number {
  const degrees = points - 1;
  const t = distance * Math.sqrt(degrees / (points + 1));
  return (Math.sqrt(degrees * Math.log(1 + t ** 2 / degrees)) * (8 * degrees + 1)) / (8 * degrees + 3);
}

/** Detectors look on for as long before a range as it is long, an hour at least, a week at most. */
export const streamStart = ({ startMs, endMs }: Range): number =>
  startMs - Math.min(WEEK, Math.max(HOUR, endMs - startMs));

/** What a detector says of each point. */
function streamed(own: readonly Sent[], range: Range, profile: 'novelty' | 'spikes'): Judged[] {
  const seen = within(own, range);
  const opinions = profile === 'novelty' ? naiveNovelty(seen) : naiveSpikes(seen);
  return seen.map((point, i) => ({ point, ...opinions[i]! }));
}

/** A standard deviation from the median distance, or from the mean one where half of them are 0. */
function spreadOf(distances: readonly number[], middle: number): number {
  return middle > 0 ? middle / 0.6744897501960817 : meanOf(distances) / Math.sqrt(2 / Math.PI);
}

function byDistance(inside: readonly Sent[], expected: readonly number[]): Judged[] {
  const distances = inside.map(({ value }, i) => Math.abs(value - expected[i]!));
  const deviation = spreadOf(distances, percentileOf(distances, 50));
  return inside.map((point, i) => judged(point, expected[i]!, deviation));
}

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
};

/** What is expected of each point: the level and season of the window that it lies in; the median where there are not two whole periods. */
function seasonOf(inside: readonly Sent[], periodMs: number): number[] {
  const [startMs, lastMs] = [inside[0]!.timeMs, inside.at(-1)!.timeMs];
  const windowMs = windowLength(inside, lastMs - startMs);
  const windows = new Map<number, number[]>();
  for (const { timeMs, value } of inside) {
    const place = Math.floor((timeMs - startMs) / windowMs);
    windows.set(place, [...(windows.get(place) ?? []), value]);
  }
  const places = [...windows.keys()];
  const between = places.slice(1).map((place, i) => (place - places[i]!) * windowMs);
  const stepMs = Math.max(windowMs, lowerMedian(between));
  const means = places.map((place) => ({ atMs: place * windowMs, mean: meanOf(windows.get(place)!) }));
  const count = Math.floor(means.at(-1)!.atMs / stepMs) + 1;
  const even = Array.from({ length: count }, (_, i) => lineThrough(means, i * stepMs));
  const period = Math.round(periodMs / stepMs);
  if (period < 2 || even.length < 2 * period) {
    const median = percentileOf(
      inside.map(({ value }) => value),
      50,
    );
    return inside.map(() => median);
  }
  const fitted = fittedTo(even, period);
  return inside.map(({ timeMs }) => fitted[Math.min(count - 1, Math.floor((timeMs - startMs) / stepMs))]!);
}

/** The time between neighbours where most are as far apart; else the next round length. */
function windowLength(inside: readonly Sent[], spanMs: number): number {
  const gaps = inside.slice(1).map(({ timeMs }, i) => timeMs - inside[i]!.timeMs);
  gaps.sort((a, b) => a - b);
  const gap = gaps[gaps.length >> 1] ?? 0;
  const isRegular = gaps[gaps.length >> 2] === gaps[(3 * gaps.length) >> 2];
  if (gap >= spanMs / 2_000 && (isRegular || gap < 900)) return gap;
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];
  return seconds.find((each) => each * 1_000 >= Math.max(0.9 * gap, spanMs / 2_000))! * 1_000;
}

const lowerMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;

/** On the straight line between the neighbours of a time. */
function lineThrough(means: readonly { atMs: number; mean: number }[], atMs: number): number {
  const after = means.find((each) => each.atMs >= atMs) ?? means.at(-1)!;
  const before = means.filter((each) => each.atMs <= atMs).at(-1)!;
  if (after.atMs === before.atMs) return before.mean;
  return before.mean + ((after.mean - before.mean) * (atMs - before.atMs)) / (after.atMs - before.atMs);
}

/**
 * Level and season of an even series, found three times: first by medians, then by means of values that are pulled in to three deviations
 * from what was expected before.
 */
function fittedTo(values: readonly number[], period: number): number[] {
  let expected = levelAndSeason(values, period, medianOf);
  let pulled = [...values];
  for (const _ of ['second', 'third']) {
    const distances = values.map((value, i) => Math.abs(value - expected[i]!));
    const bound = 3 * spreadOf(distances, medianOf(distances));
    pulled = values.map((value, i) => expected[i]! + Math.max(-bound, Math.min(bound, value - expected[i]!)));
    expected = levelAndSeason(pulled, period, meanOf);
  }
  return expected;
}

/** The level is the middle of the whole period around a place, beyond the nearest one along the change over a period; the season the median of the others of its phase about it. */
function levelAndSeason(
  values: readonly number[],
  period: number,
  middleOf: (values: readonly number[]) => number,
): number[] {
  const wholeFrom = (from: number): number => middleOf(values.slice(from, from + period));
  const last = values.length - period;
  const span = Math.min(period, last);
  const level = values.map((_, i) => {
    const from = i - Math.floor(period / 2);
    if (from >= 0 && from <= last) return wholeFrom(from);
    const [near, far] = from < 0 ? [0, span] : [last, last - span];
    return wholeFrom(near) + ((wholeFrom(near) - wholeFrom(far)) * Math.abs(from - near)) / span;
  });
  const about = values.map((value, i) => value - level[i]!);
  return values.map((_, i) => {
    const others = about.filter((_, j) => j % period === i % period && j !== i);
    return level[i]! + medianOf(others);
  });
}
