import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { LabelMatcher } from '../../../src/http/ports.js';
import { bodyOf, checkStatistics, percentileOf, pointsOf } from './oracle.js';
import { OPEN_BOUNDS, type TestPoint, TestShards } from './query-fixture.js';

let shards: TestShards;
afterEach(() => shards.close());

type Body = Record<string, Record<string, number>>;

function ask(windowMs: number, selectors: LabelMatcher[] = []): Body {
  const { nowMs } = shards;
  const request = {
    kind: 'current',
    format: 'json',
    selectors,
    nowMs,
    windowMs,
    windowText: 'w',
    groupBy: [],
  } as const;
  return bodyOf(shards.answer(request))['metrics'] as Body;
}

/** Exact answers for the window, as raw points give them. */
function checkExact(windowMs: number, selectors: LabelMatcher[] = []): void {
  const body = ask(windowMs, selectors);
  const endMs = shards.nowMs + 1;
  for (const metric of ['cpu', 'mem']) {
    const points = pointsOf(shards.visible(), { metric, selectors, startMs: endMs - windowMs, endMs });
    if (points.length === 0) {
      assert.equal(body[metric], undefined);
      continue;
    }
    checkStatistics(
      body[metric]!,
      points.map((point) => point.value),
    );
    assert.equal(body[metric]!['rate'], (points.length / windowMs) * 1_000);
    assert.equal(body[metric]!['last'], points.at(-1)!.value);
  }
}

const point = (name: string, host: number, timeMs: number, value: number): TestPoint => {
  return { name, labels: { host: `h${host}` }, timeMs, value };
};

/** Points of two metrics and of ten series over the last `seconds`, one each 100 ms, all times different. */
function fill(seconds: number): void {
  const points: TestPoint[] = [];
  for (let i = 0; i < seconds * 10; i++) {
    points.push(point('cpu', i % 5, shards.nowMs - i * 100, 50 + 40 * Math.sin(i)));
    if (i % 3 === 0) points.push(point('mem', i % 5, shards.nowMs - i * 100 - 1, 3 - i));
  }
  shards.write(points.reverse());
  shards.settle();
}

describe('current', () => {
  it('answers from the live windows, percentiles within half a percent', () => {
    shards = new TestShards(2, OPEN_BOUNDS);
    assert.deepEqual(ask(60_000), {});
    fill(100);
    const body = ask(30_000);
    // Whole seconds: from that in which the window begins to the present one.
    const startMs = Math.floor((shards.nowMs + 1 - 30_000) / 1_000) * 1_000;
    const range = { startMs, endMs: shards.nowMs + 1 };
    for (const metric of ['cpu', 'mem']) {
      const points = pointsOf(shards.visible(), { metric, ...range });
      const sorted = points.map((p) => p.value).sort((a, b) => a - b);
      assert.equal(body[metric]!['count'], points.length);
      assert.equal(body[metric]!['min'], sorted[0]);
      assert.equal(body[metric]!['max'], sorted.at(-1));
      assert.equal(body[metric]!['last'], points.at(-1)!.value);
      for (const p of [50, 90, 95, 99]) {
        const exact = percentileOf(sorted, p);
        assert.ok(Math.abs(body[metric]![`p${p}`]! - exact) <= 0.005 * Math.abs(exact), `p${p} of ${metric}`);
      }
      const coveredMs = range.endMs - startMs;
      assert.ok(Math.abs(body[metric]!['rate']! - (points.length / coveredMs) * 1_000) < 1e-9);
    }
  });

  it('is exact where the live windows end: longer windows, conditions on labels', () => {
    shards = new TestShards(2, OPEN_BOUNDS);
    assert.deepEqual(ask(60_000), {});
    fill(100);
    shards.closeGeneration();
    shards.settle();
    for (const windowMs of [60_001, 90_000, 3_600_000]) checkExact(windowMs);
    for (const windowMs of [1_000, 20_000, 60_000]) {
      checkExact(windowMs, [{ label: 'host', op: '=~', value: 'h[1-3]' }]);
      checkExact(windowMs, [{ label: 'host', op: '=', value: 'nobody' }]);
    }
  });

  it('takes only the metrics whose names match', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    assert.deepEqual(ask(60_000), {});
    fill(10);
    for (const windowMs of [10_000, 90_000]) {
      assert.deepEqual(Object.keys(ask(windowMs, [{ label: '__name__', op: '=~', value: 'c.*' }])), ['cpu']);
      assert.deepEqual(Object.keys(ask(windowMs, [{ label: '__name__', op: '!=', value: 'cpu' }])), ['mem']);
    }
  });

  it('misses nothing after a restart, whose live windows begin empty', () => {
    for (const isNewProcess of [true, false]) {
      shards = new TestShards(1, OPEN_BOUNDS);
      assert.deepEqual(ask(60_000), {});
      fill(40);
      shards.restart(isNewProcess);
      checkExact(30_000);
      shards.nowMs += 5_000;
      shards.write([point('cpu', 1, shards.nowMs - 10, 1e6)]);
      shards.settle();
      checkExact(30_000);
      // From here on the live windows hold the whole window again.
      shards.nowMs += 61_000;
      shards.write([point('cpu', 1, shards.nowMs - 10, 7)]);
      shards.settle();
      assert.equal(ask(30_000)['cpu']!['count'], 1);
      if (isNewProcess) shards.close();
    }
  });
});
