import type { Sent } from './world.js';

/** The definitions of the contract and of docs/queries.md, written out over a list of all points, whatever they cost. */

export interface Range {
  startMs: number;
  endMs: number;
}

export type Labels = Readonly<Record<string, string>>;

export const seriesKey = ({ metric, labels }: Pick<Sent, 'metric' | 'labels'>): string =>
  JSON.stringify([metric, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);

export const within = (points: readonly Sent[], { startMs, endMs }: Range): Sent[] =>
  points.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs);

/** By time, equal times by arrival. */
export const byTime = (points: readonly Sent[]): Sent[] => [...points].sort((a, b) => a.timeMs - b.timeMs);

export function groupsOf(points: readonly Sent[], groupBy: readonly string[]): Map<string, Sent[]> {
  const groups = new Map<string, Sent[]>();
  for (const point of points) {
    const labels = groupBy.map((name) => [name, name === '__name__' ? point.metric : point.labels[name]]);
    const key = JSON.stringify(Object.fromEntries(labels.filter(([, value]) => value !== undefined)));
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [point]);
    else own.push(point);
  }
  return groups;
}

export function seriesOf(points: readonly Sent[]): Map<string, Sent[]> {
  const series = new Map<string, Sent[]>();
  for (const point of points) {
    const key = seriesKey(point);
    const own = series.get(key);
    if (own === undefined) series.set(key, [point]);
    else own.push(point);
  }
  return series;
}

/** Neumaier's sum: to the last digit or two. */
export function sumOf(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

export function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return sumOf(values.map((value) => (value - mean) ** 2)) / values.length;
}

/** Nearest rank. */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9)) - 1]!;
}

/** All values that `last` (or `first`) may be: by arrival within a series, of any series at equal times. */
export function endsOf(points: readonly Sent[], end: 'first' | 'last'): number[] {
  const times = points.map(({ timeMs }) => timeMs);
  const at = end === 'first' ? Math.min(...times) : Math.max(...times);
  const ties = seriesOf(points.filter(({ timeMs }) => timeMs === at));
  return [...ties.values()].map((own) => (end === 'first' ? own[0]! : own.at(-1)!).value);
}

export type Plain = Exclude<string, 'first' | 'last'>;

/** An aggregation of points that are not none. */
export function aggregated(points: readonly Sent[], aggregation: Plain): number {
  const values = points.map(({ value }) => value);
  switch (aggregation) {
    case 'count':
      return values.length;
    case 'sum':
      return sumOf(values);
    case 'mean':
    case 'avg':
      return meanOf(values);
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'range':
      return Math.max(...values) - Math.min(...values);
    case 'median':
      return percentileOf(values, 50);
    case 'variance':
      return varianceOf(values);
    case 'stddev':
      return Math.sqrt(varianceOf(values));
    case 'distinct':
      return new Set(values.map((value) => value + 0)).size;
    default:
      return percentileOf(values, Number(aggregation.slice(1).replace('_', '.')));
  }
}

/** How far before the range of the rows a counter's last value is looked for. */
const LOOK_BACK_MS = 3_600_000;

/** What each point of a counter added, by its place in `points`; NaN for points before `fromMs`. All points, since a series' first counts. */
export function increments(points: readonly Sent[], fromMs: number, stepMs: number): Map<Sent, number> {
  const added = new Map<Sent, number>();
  for (const own of seriesOf(points).values()) {
    const sorted = byTime(own);
    const seenFromMs = fromMs - Math.max(LOOK_BACK_MS, stepMs);
    const seen = sorted.filter(({ timeMs }) => timeMs >= seenFromMs);
    seen.forEach((point, i) => {
      const before = seen[i - 1];
      const after = seen[i + 1];
      let grown = 0;
      if (before !== undefined) {
        grown = point.value >= before.value ? point.value - before.value : point.value;
      } else if (point === sorted[0]) {
        const step = after === undefined ? 0 : after.value - point.value;
        const assumed = step === 0 ? 10 : Math.abs(step);
        grown = Math.abs(point.value) < 10 * (assumed + 1) ? point.value : 0;
      }
      added.set(point, grown);
    });
  }
  return added;
}

/** Largest triangle three buckets, as in the paper: the places of the points that are kept. */
export function lttb(x: readonly number[], y: readonly number[], threshold: number): number[] {
  const count = x.length;
  if (count <= threshold) return x.map((_, i) => i);
  if (threshold === 1) return [0];
  const kept = [0];
  const edge = (bucket: number): number => Math.floor((bucket * (count - 2)) / (threshold - 2)) + 1;
  for (let bucket = 0; bucket < threshold - 2; bucket++) {
    const next = { from: edge(bucket + 1), to: bucket === threshold - 3 ? count : edge(bucket + 2) };
    const nextX = meanOf(x.slice(next.from, next.to));
    const nextY = meanOf(y.slice(next.from, next.to));
    const [ax, ay] = [x[kept.at(-1)!]!, y[kept.at(-1)!]!];
    let best = -1;
    let chosen = 0;
    for (let i = edge(bucket); i < edge(bucket + 1); i++) {
      const area = Math.abs((ax - nextX) * (y[i]! - ay) - (ax - x[i]!) * (nextY - ay)) / 2;
      if (area > best * (1 + 1e-12)) {
        best = area;
        chosen = i;
      }
    }
    kept.push(chosen);
  }
  return [...kept, count - 1];
}

/** The line of least squares. */
export function lineOf(
  x: readonly number[],
  y: readonly number[],
): { slope: number; at(x: number): number; rSquared: number } {
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const xx = sumOf(x.map((each) => (each - meanX) ** 2));
  const xy = sumOf(x.map((each, i) => (each - meanX) * (y[i]! - meanY)));
  const yy = sumOf(y.map((each) => (each - meanY) ** 2));
  const slope = xy / xx;
  return { slope, at: (each) => meanY + slope * (each - meanX), rSquared: (slope * xy) / yy };
}
