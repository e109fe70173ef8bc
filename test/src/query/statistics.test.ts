import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { StatisticsRequest } from '../../../src/http/present/statistics.js';
import { type Body, bodyOf, pointsOf } from './oracle.js';
import { SMALL_BOUNDS, type TestPoint, TestShards, type WrittenPoint } from './query-fixture.js';
import { randomNumbers } from './random-numbers.js';

const T0 = 1_700_000_000_000;
const PERCENTILES = [5, 25, 50, 75, 99];

let shards: TestShards;
afterEach(() => shards.close());

function checkNear(actual: number | null, expected: number, text: string): void {
  assert.ok(actual !== null, text);
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${text} ${actual}, ${expected}`,
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** First and last value of each series by time, equal times by arrival. */
function ends(points: readonly WrittenPoint[]): { rise: number; seconds: number } {
  const bySeries = groupBy(points, ({ group, number }) => `${group}/${number}`);
  let rise = 0;
  let seconds = 0;
  for (const own of bySeries.values()) {
    rise += own.at(-1)!.value - own[0]!.value;
    seconds += (own.at(-1)!.timeMs - own[0]!.timeMs) / 1000;
  }
  return { rise, seconds };
}

/** The definitions, written out. */
function checkStatistics(body: Body, points: readonly WrittenPoint[]): void {
  const values = points.map(({ value }) => value).sort((a, b) => a - b);
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const percentile = (percent: number) => values[Math.max(1, Math.ceil((percent * n) / 100)) - 1]!;
  assert.equal(body['count'], n);
  assert.equal(body['min'], values[0]);
  assert.equal(body['max'], values.at(-1));
  assert.equal(body['median'], percentile(50));
  checkNear(body['sum'], mean * n, 'sum');
  checkNear(body['variance'], moment(2), 'variance');
  if (moment(2) > 0) {
    checkNear(body['skewness'], moment(3) / moment(2) ** 1.5, 'skewness');
    checkNear(body['kurtosis'], moment(4) / moment(2) ** 2 - 3, 'kurtosis');
  }
  checkNear(body['iqr'], percentile(75) - percentile(25), 'iqr');
  for (const percent of PERCENTILES) assert.equal(body['percentiles'][`p${percent}`], percentile(percent));
  const { rise, seconds } = ends(points);
  checkNear(body['change'], rise, 'change');
  if (seconds > 0) checkNear(body['rate_of_change'], rise / seconds, 'rate_of_change');
  else assert.equal(body['rate_of_change'], null);
  const buckets: { from: number; to: number; count: number }[] = body['histogram'];
  buckets.forEach(({ from, to, count }, i) => {
    const inside = (value: number) =>
      value >= from && (value < to || (i === buckets.length - 1 && value === to));
    assert.equal(count, values.filter(inside).length, `bucket ${from}`);
  });
  assert.equal(
    buckets.reduce((sum, { count }) => sum + count, 0),
    n,
  );
}

function randomPoints(next: () => number, count: number, baseMs: number): TestPoint[] {
  return Array.from({ length: count }, (_, i) => ({
    name: 'cpu',
    labels: { host: `web-${Math.floor(next() * 5)}`, ...(next() < 0.5 ? { region: 'eu' } : {}) },
    timeMs: baseMs + i * 50 - (next() < 0.2 ? Math.floor(next() * 200_000) : 0),
    value: Math.round((next() - 0.3) * 1e4) / 100,
  }));
}

describe('statisticsQuestion', () => {
  for (const seed of [1, 2]) {
    it(`answers as the definitions do over all points of each group, seed ${seed}`, () => {
      shards = new TestShards(seed, { ...SMALL_BOUNDS, arenaBytesSoft: 32 * 1024 });
      const next = randomNumbers(seed);
      for (let round = 0; round < 8; round++) {
        shards.write(randomPoints(next, 400, T0 + round * 20_000));
        shards.settle();
        if (round % 3 === 1) shards.closeGeneration();
        for (const labels of [[], ['host'], ['region'], ['host', 'region']]) {
          const startMs = T0 - 100_000 + Math.floor(next() * 200_000);
          const request: StatisticsRequest = {
            ...{ kind: 'statistics', format: 'json', metric: 'cpu', selectors: [], startMs, nowMs: T0 },
            endMs: startMs + 1 + Math.floor(next() * 150_000),
            percentiles: PERCENTILES,
            buckets: next() < 0.5 ? undefined : 1 + Math.floor(next() * 30),
            groupBy: labels,
          };
          checkAnswer(request);
        }
      }
    });
  }
});

function checkAnswer(request: StatisticsRequest): void {
  const body = bodyOf(shards.answer(request));
  const points = pointsOf(shards.visible(), request);
  if (points.length === 0) return assert.equal(body['count'], 0);
  checkStatistics(body, points);
  if (request.groupBy.length === 0) return;
  const keyOf = (labels: Record<string, string>) =>
    request.groupBy.map((name) => labels[name] ?? '').join('|');
  const byGroup = groupBy(points, ({ labels }) => keyOf(labels));
  const groups: Body[] = body['groups'];
  assert.deepEqual(
    groups.map(({ labels }) => keyOf(labels)),
    [...byGroup.keys()].sort(),
  );
  for (const group of groups) checkStatistics(group, byGroup.get(keyOf(group['labels']))!);
}
