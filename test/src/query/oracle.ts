import assert from 'node:assert/strict';
import type { LabelMatcher, QueryAnswer } from '../../../src/http/ports.js';
import type { LatestRequest } from '../../../src/http/present/latest.js';
import type { MetricsRequest } from '../../../src/http/present/metrics.js';
import type { NamesRequest } from '../../../src/http/present/names.js';
import type { RawRequest } from '../../../src/http/present/raw.js';
import type { StatsRequest } from '../../../src/http/present/stats.js';
import { formatTime } from '../../../src/time/format-time.js';
import type { TestShards, WrittenPoint } from './query-fixture.js';

/** Naive answers from the list of all points that were written, to hold the engine's against. */

export interface Question {
  metric: string;
  selectors?: LabelMatcher[];
  startMs: number;
  endMs: number;
}

export function statsRequest(question: Question, percentiles: number[] = []): StatsRequest {
  const fixed = { kind: 'stats', format: 'json', nowMs: 0, source: undefined } as const;
  return { ...fixed, selectors: [], ...question, percentiles, groupBy: [] };
}

export function rawRequest(question: Question, limit: number, cursor?: string): RawRequest {
  return { kind: 'raw', format: 'json', selectors: [], ...question, limit, cursor };
}

function matches(point: WrittenPoint, selectors: readonly LabelMatcher[]): boolean {
  return selectors.every(({ label, op, value }) => {
    const actual = label === '__name__' ? point.name : (point.labels[label] ?? '');
    const holds = op.endsWith('~') ? new RegExp(`^(?:${value})$`, 'u').test(actual) : actual === value;
    return holds === !op.startsWith('!');
  });
}

/** The points that a question is about, in the order of /query/raw. */
export function pointsOf(points: readonly WrittenPoint[], question: Question): WrittenPoint[] {
  const { metric, selectors = [], startMs, endMs } = question;
  return points
    .filter((p) => p.name === metric && p.timeMs >= startMs && p.timeMs < endMs && matches(p, selectors))
    .sort((a, b) => a.timeMs - b.timeMs || a.group - b.group || a.number - b.number || a.arrival - b.arrival);
}

/** The members of an answer; each test knows its own. */
// biome-ignore lint/suspicious/noExplicitAny: what a client reads has no type
export type Body = Record<string, any>;

export function bodyOf(answer: QueryAnswer): Body {
  return JSON.parse(Buffer.from(answer.body).toString('utf8'));
}

const rowOf = (point: WrittenPoint): object => ({
  timestamp: formatTime(point.timeMs),
  value: point.value,
  labels: point.labels,
});

/** All rows of a question, page by page. */
export function pagesOf(shards: TestShards, question: Question, limit: number): object[] {
  const rows: object[] = [];
  let cursor: string | undefined;
  do {
    const answer = shards.answer(rawRequest(question, limit, cursor));
    const body = bodyOf(answer);
    assert.equal(body.count, body.data.length);
    assert.ok(body.next_cursor === null || body.count === limit, 'only the last page is short');
    rows.push(...body.data);
    cursor = body.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

export function checkRaw(shards: TestShards, question: Question, limit = 100_000): void {
  const expected = pointsOf(shards.visible(), question).map(rowOf);
  const actual = pagesOf(shards, question, limit);
  assert.equal(actual.length, expected.length, 'rows');
  assert.deepEqual(actual, expected);
}

const near = (actual: unknown, expected: number, text: string): void => {
  assert.ok(
    Math.abs((actual as number) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${text}: ${actual}, not ${expected}`,
  );
};

export function checkStats(
  shards: TestShards,
  question: Question,
  percentiles: number[] = [0, 0.1, 33, 99.9, 100],
): void {
  const values = pointsOf(shards.visible(), question).map((point) => point.value);
  const body = bodyOf(shards.answer(statsRequest(question, percentiles)));
  checkStatistics(body, values);
  if (values.length === 0) return;
  const sorted = [...values].sort((a, b) => a - b);
  for (const p of percentiles) {
    const key = `p${String(p).replace('.', '_')}`;
    assert.equal(body[key], percentileOf(sorted, p), key);
  }
}

export const percentileOf = (sorted: readonly number[], percent: number): number =>
  sorted[Math.max(1, Math.ceil(Number(((percent * sorted.length) / 100).toFixed(9)))) - 1]!;

export function checkStatistics(body: Record<string, unknown>, values: readonly number[]): void {
  assert.equal(body['count'], values.length, 'count');
  if (values.length === 0) {
    assert.equal(body['mean'], null);
    return;
  }
  const sorted = [...values].sort((a, b) => a - b);
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = sum / values.length;
  if ('sum' in body) near(body['sum'], sum, 'sum');
  near(body['mean'], mean, 'mean');
  near(body['stddev'], Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length), 'stddev');
  assert.equal(body['min'], sorted[0]);
  assert.equal(body['max'], sorted.at(-1));
  for (const p of [50, 90, 95, 99]) assert.equal(body[`p${p}`], percentileOf(sorted, p), `p${p}`);
}

export function checkLatest(shards: TestShards, metric: string, selectors: LabelMatcher[] = []): void {
  const points = pointsOf(shards.visible(), { metric, selectors, startMs: -Infinity, endMs: Infinity });
  const request: LatestRequest = { kind: 'latest', format: 'json', metric, selectors };
  if (points.length === 0) {
    assert.throws(() => shards.answer(request), { code: 'MR_NO_DATA' });
    return;
  }
  const answer = shards.answer(request);
  const newestMs = points.at(-1)!.timeMs;
  // Of the series whose newest point is the newest of all, the last; of its points at that time, the last that came.
  const last = points.filter((p) => p.timeMs === newestMs);
  const of = last.filter((p) => p.group === last.at(-1)!.group && p.number === last.at(-1)!.number).at(-1)!;
  const body = bodyOf(answer);
  assert.equal(body['time'], formatTime(of.timeMs));
  assert.equal(body['value'], of.value);
  assert.deepEqual(body['labels'], of.labels);
}

export function checkMetrics(shards: TestShards, selectors: LabelMatcher[] = []): void {
  const rows = new Map<string, { series: Set<string>; first: number; last: number }>();
  for (const point of shards.visible()) {
    if (!matches(point, selectors)) continue;
    const row = rows.get(point.name) ?? { series: new Set(), first: Infinity, last: -Infinity };
    row.series.add(`${point.group}/${point.number}`);
    row.first = Math.min(row.first, point.timeMs);
    row.last = Math.max(row.last, point.timeMs);
    rows.set(point.name, row);
  }
  const expected = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { series, first, last }]) => ({
      name,
      series: series.size,
      first_seen: formatTime(first),
      last_seen: formatTime(last),
    }));
  const metricsRequest: MetricsRequest = { kind: 'metrics', format: 'json', selectors };
  assert.deepEqual(bodyOf(shards.answer(metricsRequest))['metrics'], expected);
  const namesRequest: NamesRequest = { kind: 'names', format: 'json', selectors };
  const names = bodyOf(shards.answer(namesRequest))['metrics'];
  assert.deepEqual(
    names,
    expected.map(({ name }) => name),
  );
}
