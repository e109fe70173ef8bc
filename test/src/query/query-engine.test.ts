import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { WORD_READY } from '../../../native-free-core/head/head-layout.js';
import { systemClock } from '../../../src/clock.js';
import type { LabelMatcher } from '../../../src/http/ports.js';
import type { LatestRequest } from '../../../src/http/present/latest.js';
import {
  BUSY_RETRY_MS,
  CHAIN_POINTS_FORESEEN,
  SCAN_POINTS_MAX,
  STARTING_RETRY_MS,
} from '../../../src/query/limits.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';
import {
  bodyOf,
  checkLatest,
  checkMetrics,
  checkRaw,
  checkStats,
  pointsOf,
  type Question,
  rawRequest,
  statsRequest,
} from './oracle.js';
import { OPEN_BOUNDS, SMALL_BOUNDS, type TestPoint, TestShards } from './query-fixture.js';
import { randomNumbers } from './random-numbers.js';

const T0 = 1_700_000_000_000;
let shards: TestShards;
afterEach(() => shards.close());

/** Points of some metrics and hosts around a time that moves on; some late, some at equal times. */
function randomPoints(next: () => number, count: number, baseMs: number): TestPoint[] {
  return Array.from({ length: count }, () => {
    const host = `web-${Math.floor(next() * 12)}`;
    const late = next() < 0.2 ? Math.floor(next() * 50_000) : 0;
    const labels: Record<string, string> =
      next() < 0.7 ? { host, region: next() < 0.5 ? 'eu' : 'us' } : { host };
    const timeMs = baseMs + Math.floor(next() * 20) * 100 - late;
    return {
      name: next() < 0.6 ? 'cpu' : 'mem',
      labels,
      timeMs,
      value: Math.round((next() - 0.3) * 1e4) / 100,
    };
  });
}

const ALL: Question = { metric: 'cpu', startMs: T0 - 100_000, endMs: T0 + 1_000_000 };
const SELECTORS: LabelMatcher[][] = [
  [],
  [{ label: 'host', op: '=', value: 'web-3' }],
  [
    { label: 'host', op: '=~', value: 'web-[0-4]' },
    { label: 'region', op: '!=', value: 'eu' },
  ],
  [{ label: 'region', op: '=', value: '' }],
  [{ label: 'host', op: '!~', value: 'web-1.*' }],
  [
    { label: 'region', op: '=', value: 'eu' },
    { label: 'host', op: '=', value: 'web-7' },
  ],
];

interface RawBody {
  data: { value: number }[];
  next_cursor: string | null;
}

/** One answer held against what is there when it is finished: its own snapshots write points. */
function checkRawNow(question: Question): void {
  const { data } = bodyOf(shards.answer(rawRequest(question, 100_000))) as RawBody;
  const expected = pointsOf(shards.visible(), question);
  assert.deepEqual(
    data.map(({ value }) => value),
    expected.map(({ value }) => value),
  );
}

function checkAll(seed: number): void {
  const selectors = SELECTORS[seed % SELECTORS.length]!;
  checkRaw(shards, { ...ALL, selectors });
  checkRaw(shards, { metric: 'mem', startMs: T0 - 20_000, endMs: T0 + 700 });
  checkStats(shards, { ...ALL, selectors });
  checkStats(shards, { metric: 'mem', startMs: T0 + 300, endMs: T0 + 900 });
  checkLatest(shards, 'cpu', selectors);
  checkMetrics(shards, selectors);
}

describe('QueryEngine', () => {
  for (const shardCount of [1, 3]) {
    it(`answers as the list of all points does at every duty cycle, with ${shardCount} shards`, () => {
      shards = new TestShards(shardCount, {
        ...SMALL_BOUNDS,
        arenaBytesSoft: 32 * 1024,
        cycleBytesMax: 8 * 1024,
      });
      const next = randomNumbers(7 + shardCount);
      shards.write(randomPoints(next, 200, T0));
      shards.settle();
      for (let round = 0; round < 30; round++) {
        shards.write(randomPoints(next, 40 + Math.floor(next() * 200), T0 + round * 500));
        if (round % 7 === 3) shards.closeGeneration();
        for (let cycle = 0; shards.work(); cycle++) checkAll(round + cycle);
        if (round % 10 === 5) shards.restart(false);
        if (round % 10 === 8) shards.restart(true);
        checkAll(round);
      }
      assert.deepEqual(shards.findings.take(), []);
    });
  }

  it('sees every point once while a flush has stored half of a group', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const points: TestPoint[] = [];
    for (let i = 0; i < 6_000; i++) {
      for (let k = 0; k < 2; k++)
        points.push({ name: 'cpu', labels: { host: `h${i}` }, timeMs: T0 + k, value: i });
    }
    shards.write(points);
    shards.settle();
    checkStats(shards, ALL);
    shards.closeGeneration();
    shards.write(points.map((point) => ({ ...point, timeMs: point.timeMs + 1 })));
    const { engine } = shards.shards[0]!;
    let partial = 0;
    while (engine.flush.active) {
      shards.work();
      partial++;
      checkStats(shards, ALL);
      checkRaw(shards, { ...ALL, startMs: T0 + 1, endMs: T0 + 2 });
    }
    assert.ok(partial > 1, 'the flush took several steps');
    shards.settle();
    checkRaw(shards, ALL, 7_001);
  });

  it('starts a shard again when a flush ends between its snapshot and its open state', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const next = randomNumbers(3);
    shards.write(randomPoints(next, 500, T0));
    shards.settle();
    const view = shards.views[0]!;
    const open = view.openSnapshot.bind(view);
    let opened = 0;
    view.openSnapshot = () => {
      const snapshot = open();
      if (++opened > 3) return snapshot;
      shards.closeGeneration();
      shards.settle();
      shards.write(randomPoints(next, 500, T0 + 1_000));
      shards.settle();
      return snapshot;
    };
    checkRawNow(ALL);
    assert.equal(opened, 4, 'three snapshots were stale');
  });

  it('gives up with MR_BUSY when flushes overtake every snapshot', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    shards.write(randomPoints(randomNumbers(3), 100, T0));
    shards.settle();
    const view = shards.views[0]!;
    const open = view.openSnapshot.bind(view);
    view.openSnapshot = () => {
      const snapshot = open();
      shards.closeGeneration();
      shards.settle();
      return snapshot;
    };
    assert.throws(() => checkStats(shards, ALL), { code: 'MR_BUSY', retryAfterMs: BUSY_RETRY_MS });
  });

  it('waits for a shard that is starting, then says MR_STARTING', () => {
    shards = new TestShards(1);
    shards.write(randomPoints(randomNumbers(3), 100, T0));
    shards.settle();
    checkStats(shards, ALL);
    const control = new Int32Array(shards.shards[0]!.memory.head.control);
    control[WORD_READY] = 0;
    assert.throws(() => checkStats(shards, ALL), { code: 'MR_STARTING', retryAfterMs: STARTING_RETRY_MS });
    control[WORD_READY] = 1;
    checkStats(shards, ALL);
  });

  it('gives up with MR_BUSY when the writer never leaves the open state', () => {
    shards = new TestShards(1);
    shards.write(randomPoints(randomNumbers(3), 100, T0));
    shards.settle();
    checkStats(shards, ALL);
    shards.shards[0]!.engine.head.begin();
    assert.throws(() => checkLatest(shards, 'cpu'), { code: 'MR_BUSY' });
    shards.shards[0]!.engine.head.end();
    checkLatest(shards, 'cpu');
  });

  it('reads a chain too long for one look at the sequence word', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const points = Array.from({ length: 3 * CHAIN_POINTS_FORESEEN }, (_, i) => {
      return { name: 'cpu', labels: {}, timeMs: T0 + ((i * 7) % 1_000), value: i };
    });
    shards.write(points);
    shards.settle();
    checkRaw(shards, ALL);
    shards.closeGeneration();
    shards.settle();
    shards.write(points);
    shards.settle();
    checkRaw(shards, ALL, 9_999);
  });

  it('gives the pages of any limit the rows of one page', () => {
    shards = new TestShards(2, OPEN_BOUNDS);
    const next = randomNumbers(11);
    for (let round = 0; round < 3; round++) {
      const points = randomPoints(next, 150, T0);
      shards.write(points.map((point) => ({ ...point, timeMs: T0 + Math.floor(next() * 5) })));
      shards.settle();
      if (round < 2) shards.closeGeneration();
      shards.settle();
    }
    for (const limit of [1, 2, 7, 100, 1_000]) checkRaw(shards, ALL, limit);
  });

  it('gives no row twice when points arrive between two pages', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const point = (host: string, value: number): TestPoint => ({
      name: 'cpu',
      labels: { host },
      timeMs: T0,
      value,
    });
    shards.write([point('a', 1), point('b', 2), point('a', 3), point('b', 4), point('c', 5)]);
    shards.settle();
    const values = new Set<number>();
    let cursor: string | undefined;
    for (let page = 0; page < 10; page++) {
      const body = bodyOf(shards.answer(rawRequest(ALL, 2, cursor))) as RawBody;
      for (const { value } of body.data) {
        assert.ok(!values.has(value), `${value} came twice`);
        values.add(value);
      }
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
      shards.write([point('a', 100 + page), point('c', 200 + page)]);
      shards.settle();
    }
    for (const value of [1, 2, 3, 4, 5]) assert.ok(values.has(value), `${value} never came`);
  });

  it('takes the points of [start, end)', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const points = [0, 1, 2, 3].map((ms) => ({ name: 'cpu', labels: {}, timeMs: T0 + ms, value: ms }));
    shards.write(points);
    shards.settle();
    for (const isStored of [false, true]) {
      if (isStored) shards.closeGeneration();
      shards.settle();
      for (const [from, to] of [
        [1, 3],
        [0, 4],
        [3, 3],
        [4, 9],
        [-5, 0],
      ] as const) {
        checkRaw(shards, { metric: 'cpu', startMs: T0 + from, endMs: T0 + to });
        checkStats(shards, { metric: 'cpu', startMs: T0 + from, endMs: T0 + to });
      }
    }
  });

  it('takes points of any time: before 1970, of a fraction of a millisecond', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const times = [-1e12, -1, -0.5, 0, 0.25, 1.5, 4e12];
    shards.write(times.map((timeMs, value) => ({ name: 'cpu', labels: {}, timeMs, value })));
    shards.settle();
    shards.closeGeneration();
    shards.settle();
    for (const startMs of [-2e12, -0.75, -0.5, 0.25, 1]) {
      for (const endMs of [0.25, 1.5, 1.6, 5e12]) checkStats(shards, { metric: 'cpu', startMs, endMs });
    }
  });

  it('answers 404 with near names, 404 without a point, 400 for a cursor that it never gave', () => {
    shards = new TestShards(2);
    shards.write([{ name: 'cpu_usage', labels: { host: 'a' }, timeMs: T0, value: 1 }]);
    shards.settle();
    const range = { metric: 'cpu_usage', startMs: 0, endMs: 1e13 };
    assert.throws(() => shards.answer(statsRequest({ ...range, metric: 'cpu_usge' })), {
      code: 'MR_UNKNOWN_METRIC',
      message: 'There is no metric "cpu_usge". Near names: cpu_usage.',
      fields: { metric_name: 'cpu_usge', near: ['cpu_usage'] },
    });
    const selectors: LabelMatcher[] = [{ label: 'host', op: '=', value: 'b' }];
    const latest: LatestRequest = { kind: 'latest', format: 'json', metric: 'cpu_usage', selectors };
    assert.throws(() => shards.answer(latest), { code: 'MR_NO_DATA' });
    checkStats(shards, { ...ALL, metric: 'cpu_usage', selectors });
    for (const cursor of ['x', '1~1~1', '1~NaN~1~1~1', '2~1~1~1~1', '1~1~1~1~1 ']) {
      assert.throws(() => shards.answer(rawRequest(range, 5, cursor)), {
        code: 'MR_BAD_PARAMETER',
        fields: { parameter: 'cursor' },
      });
    }
  });

  it('sees a new series once its first commit is done', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    for (let i = 0; i < 700; i += 70) {
      const points = Array.from({ length: 70 }, (_, k) => {
        return { name: `m${(i + k) % 3}`, labels: { host: `h${i + k}` }, timeMs: T0 + i, value: i + k };
      });
      shards.write(points);
      shards.work();
      checkMetrics(shards);
      checkStats(shards, { ...ALL, metric: 'm1' });
      checkLatest(shards, 'm2', [{ label: 'host', op: '=', value: `h${i + 2}` }]);
    }
  });

  it('keeps labels and metrics of awkward names apart', () => {
    shards = new TestShards(1);
    shards.write([
      { name: '__proto__', labels: { __proto__x: '1', constructor: 'Ω' }, timeMs: T0, value: 1 },
      { name: 'constructor', labels: Object.fromEntries([['__proto__', 'yes']]), timeMs: T0, value: 2 },
    ]);
    shards.settle();
    checkMetrics(shards);
    checkRaw(shards, {
      ...ALL,
      metric: '__proto__',
      selectors: [{ label: 'constructor', op: '=~', value: '.' }],
    });
    checkLatest(shards, 'constructor', [{ label: '__proto__', op: '=', value: 'yes' }]);
  });

  it('stops when it is cancelled or out of time', () => {
    shards = new TestShards(1);
    shards.write(randomPoints(randomNumbers(3), 100, T0));
    shards.settle();
    const request = statsRequest(ALL);
    const cancelled = new StopCheck(systemClock, 60_000, () => true);
    assert.throws(() => shards.queryEngine.answer(request, cancelled), QueryCancelled);
    let nowMs = 0;
    const late = new StopCheck({ nowMs: () => 0, monotonicMs: () => (nowMs += 50) }, 100);
    assert.throws(
      () => {
        for (;;) shards.queryEngine.answer(request, late);
      },
      { code: 'MR_QUERY_TIMEOUT' },
    );
    checkStats(shards, ALL);
  });

  it('answers 422 and says which limit when a query decodes too much', () => {
    shards = new TestShards(1);
    shards.write(randomPoints(randomNumbers(3), 100, T0));
    shards.settle();
    const stop = new StopCheck(systemClock, 60_000);
    stop.cost.points = SCAN_POINTS_MAX;
    const request = statsRequest(ALL);
    assert.throws(() => shards.queryEngine.answer(request, stop), {
      code: 'MR_QUERY_TOO_BIG',
      message: /decodes more than 200000000 points.*shorter range/,
    });
  });
});
