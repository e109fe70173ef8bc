import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import { COMPACTION_BOUNDS } from '../../../src/shard/jobs/compaction-bounds.js';
import { bodyOf, checkStatistics, pointsOf, statsRequest } from './oracle.js';
import { KEEP_ALL, SMALL_BOUNDS, TestShards } from './query-fixture.js';
import { randomNumbers } from './random-numbers.js';

const DAY_MS = 86_400_000;
const T0 = 1_700_000_000_000;

let shards: TestShards;
afterEach(() => shards.close());

it('stats takes what is older than raw points from tiers, and says that it did', () => {
  const compaction = { ...COMPACTION_BOUNDS, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };
  shards = new TestShards(2, { ...SMALL_BOUNDS, compaction });
  shards.retention = { ...KEEP_ALL, raw: 2 * DAY_MS };
  shards.nowMs = T0;
  const next = randomNumbers(5);
  const points = Array.from({ length: 4_000 }, () => ({
    name: 'cpu',
    labels: { host: `web-${Math.floor(next() * 5)}` },
    timeMs: T0 - Math.floor(next() * 10 * DAY_MS),
    value: Math.round(next() * 1_000) / 10,
  }));
  for (let i = 0; i < points.length; i += 500) {
    shards.write(points.slice(i, i + 500));
    shards.settle();
    shards.closeGeneration();
  }
  shards.settle();
  const ask = (startMs: number): ReturnType<typeof bodyOf> => {
    const question = { metric: 'cpu', startMs, endMs: T0 + 1 };
    const body = bodyOf(shards.answer({ ...statsRequest(question), nowMs: T0 } as never));
    const values = pointsOf(shards.visible(), question).map(({ value }) => value);
    if (body['exact']) checkStatistics(body, values);
    else {
      const sorted = [...values].sort((a, b) => a - b);
      assert.equal(body['count'], values.length);
      assert.ok(Math.abs(body['sum'] - values.reduce((a, b) => a + b, 0)) < 1e-6);
      assert.equal(body['max'], sorted.at(-1));
      const p90 = sorted[Math.ceil(0.9 * values.length) - 1]!;
      assert.ok(Math.abs(body['p90'] - p90) <= 0.005 * p90, `p90 ${body['p90']}, not ${p90}`);
    }
    return body;
  };
  assert.equal(ask(T0 - DAY_MS)['exact'], true);
  // A whole minute, so that the finest tier cuts there.
  const older = ask(Math.floor((T0 - 9 * DAY_MS) / 60_000) * 60_000);
  assert.equal(older['exact'], false);
  assert.equal(older['data_source'], 'metrics_daily');
});

it('stats does not miss raw points that a sweep by size has taken', () => {
  const compaction = { ...COMPACTION_BOUNDS, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };
  shards = new TestShards(1, { ...SMALL_BOUNDS, compaction });
  shards.nowMs = T0;
  const next = randomNumbers(6);
  const points = Array.from({ length: 6_000 }, () => ({
    name: 'cpu',
    labels: { host: `web-${Math.floor(next() * 5)}` },
    timeMs: T0 - Math.floor(next() * 6 * DAY_MS),
    value: next(),
  }));
  for (let i = 0; i < points.length; i += 500) {
    shards.write(points.slice(i, i + 500));
    shards.settle();
    shards.closeGeneration();
  }
  for (let i = 0; i < 200; i++) shards.settle();
  // Raw points take some 10 bytes each here, which leaves about half of the days.
  shards.tierBytesMax = [30_000, ...shards.tierBytesMax.slice(1)];
  shards.restart(true);
  for (let i = 0; i < 200; i++) {
    shards.nowMs += 60_000;
    shards.settle();
  }
  const { nowMs } = shards;
  const ask = (startMs: number): ReturnType<typeof bodyOf> =>
    bodyOf(shards.answer({ ...statsRequest({ metric: 'cpu', startMs, endMs: nowMs }), nowMs } as never));
  const all = ask(T0 - 7 * DAY_MS);
  assert.equal(all['exact'], false);
  assert.equal(all['count'], points.length);
  const newest = ask(T0 - DAY_MS / 4);
  assert.equal(newest['exact'], true);
  assert.equal(newest['count'], points.filter(({ timeMs }) => timeMs >= T0 - DAY_MS / 4).length);
});
