import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { LabelMatcher } from '../../../src/http/ports.js';
import { SMALL_BOUNDS, type TestPoint, TestShards } from './query-fixture.js';
import { randomNumbers } from './random-numbers.js';
import { checkWindows, type WindowTestQuestion } from './window-oracle.js';

const T0 = 1_700_000_000_000;
const MINUTE = 60_000;
const ALL_AGGREGATIONS = [
  'mean',
  'sum',
  'count',
  'min',
  'max',
  'first',
  'last',
  'median',
  'stddev',
  'variance',
  'range',
  'p90',
  'p99.9',
  'p0',
  'p100',
];
const WITH_RAW = [...ALL_AGGREGATIONS, 'distinct', 'rate', 'increase'];

let shards: TestShards;
afterEach(() => shards.close());

/** Points of a gauge and of a counter that sometimes begins anew; some late, some at equal times. */
function randomPoints(next: () => number, count: number, baseMs: number): TestPoint[] {
  return Array.from({ length: count }, (_, i) => {
    const host = `web-${Math.floor(next() * 6)}`;
    const labels: Record<string, string> =
      next() < 0.7 ? { host, region: next() < 0.5 ? 'eu' : 'us' } : { host };
    const lateMs = next() < 0.2 ? Math.floor(next() * 400_000) : 0;
    const timeMs = baseMs + Math.floor((i / count) * 60) * 1000 - lateMs;
    if (next() < 0.5) return { name: 'cpu', labels, timeMs, value: Math.round((next() - 0.3) * 1e4) / 100 };
    return { name: 'requests', labels, timeMs, value: Math.floor((timeMs - T0 + 600_000) / 100) % 3_000 };
  });
}

const SELECTORS: LabelMatcher[][] = [
  [],
  [{ label: 'region', op: '=', value: 'eu' }],
  [{ label: 'host', op: '=~', value: 'web-[0-2]' }],
];
const GROUPS = [[], ['host'], ['region'], ['host', 'region'], ['nothing']];
const STEPS = [1_000, 7_000, MINUTE, 5 * MINUTE, 60 * MINUTE, Number.POSITIVE_INFINITY];

function randomQuestion(next: () => number): WindowTestQuestion {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const startMs = T0 - 500_000 + Math.floor(next() * 1_000) * 1_000;
  const stepMs = pick(STEPS);
  const rollingMs = Number.isFinite(stepMs) && next() < 0.3 ? stepMs * (1 + Math.floor(next() * 5)) : stepMs;
  return {
    metric: pick(['cpu', 'requests']),
    selectors: pick(SELECTORS),
    startMs,
    endMs: startMs + Math.floor(next() * 1_500) * 1_000 + 1,
    stepMs,
    rollingMs,
    groupBy: pick(GROUPS),
    aggregations: next() < 0.5 ? WITH_RAW : ALL_AGGREGATIONS,
    isFilled: next() < 0.2,
  };
}

describe('WindowQuery', () => {
  for (const seed of [1, 2, 3]) {
    it(`answers as the definitions do over all points, through late data, flushes and restarts, seed ${seed}`, () => {
      shards = new TestShards(1 + (seed % 3), { ...SMALL_BOUNDS, arenaBytesSoft: 32 * 1024 });
      const next = randomNumbers(seed);
      for (let round = 0; round < 12; round++) {
        shards.write(randomPoints(next, 50 + Math.floor(next() * 100), T0 + round * MINUTE));
        shards.settle();
        if (round % 4 === 2) shards.closeGeneration();
        for (let i = 0; i < 8; i++) {
          if (i % 3 === 0) shards.work();
          checkWindows(shards, randomQuestion(next));
        }
        if (round % 5 === 3) shards.restart(round % 2 === 0);
      }
      assert.deepEqual(shards.findings.take(), []);
    });
  }
});
