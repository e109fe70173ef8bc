import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
import type { LabelMatcher } from '../../../src/http/ports.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import type { WindowsFound } from '../../../src/query/window-query.js';
import { COMPACTION_BOUNDS, type CompactionBounds } from '../../../src/shard/jobs/compaction-bounds.js';
import { SMALL_BOUNDS, type TestPoint, TestShards } from './query-fixture.js';
import { randomNumbers } from './random-numbers.js';
import { askWindows, checkWindows, type WindowTestQuestion } from './window-oracle.js';

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

/** So small that compactions come with almost every duty cycle, in several steps, over several stretches. */
const COMPACTION: CompactionBounds = {
  ...COMPACTION_BOUNDS,
  generationsMin: 1,
  quietMs: 0,
  ageMsMax: 0,
  seriesPoints: 0,
  jobBytes: 20_000,
  stepWork: 2_000,
  chunkPoints: 16,
  runCells: 3,
  segmentBytes: 2_000,
  laneSeries: 4,
};

let shards: TestShards;
afterEach(() => shards.close());

/** Points of a gauge and of a counter that sometimes begins anew; some late, some at equal times. */
function randomPoints(next: () => number, count: number, baseMs: number, scale: number): TestPoint[] {
  return Array.from({ length: count }, (_, i) => {
    const host = `web-${Math.floor(next() * 6)}`;
    const labels: Record<string, string> =
      next() < 0.7 ? { host, region: next() < 0.5 ? 'eu' : 'us' } : { host };
    const lateMs = next() < 0.2 ? Math.floor(next() * 400_000) * scale : 0;
    const timeMs = baseMs + Math.floor((i / count) * 60) * 1000 * scale - lateMs;
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

function randomQuestion(next: () => number, scale: number): WindowTestQuestion {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const unitMs = scale * pick([1_000, MINUTE / scale]);
  const startMs = Math.floor((T0 + (next() - 0.5) * scale * 1_000_000) / unitMs) * unitMs;
  const stepMs = pick(scale === 1 ? STEPS : STEPS.slice(2));
  const rollingMs = Number.isFinite(stepMs) && next() < 0.3 ? stepMs * (1 + Math.floor(next() * 5)) : stepMs;
  return {
    metric: pick(['cpu', 'requests']),
    selectors: pick(SELECTORS),
    startMs,
    endMs: startMs + (1 + Math.floor((next() * scale * 1_500_000) / unitMs)) * unitMs,
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
      run(randomNumbers(seed), 1, () => {});
    });
  }

  for (const seed of [4, 5, 6, 7]) {
    it(`answers from tiers, fresh and open points as from all points while compactions run, seed ${seed}`, () => {
      shards = new TestShards(1 + (seed % 3), { ...SMALL_BOUNDS, compaction: COMPACTION });
      const tiers = new Set<TierName>();
      run(randomNumbers(seed), 20, (found) => {
        for (const { tier } of found.parts) tiers.add(tier);
      });
      const compacted = shards.shards.map(({ engine }) => engine.counters.get('compactedPoints'));
      assert.ok(
        compacted.some((points) => points > 50),
        `compacted: ${compacted}`,
      );
      assert.deepEqual([...tiers].sort(), ['1d', '1h', '1m', '5m', 'raw']);
    });
  }
});

describe('WindowQuery at its limits', () => {
  const ask = (stepMs: number, groupBy: string[], rows: number): void => {
    const limits = { ...QUERY_LIMITS_DEFAULT, rows };
    const range = { metric: 'cpu', startMs: T0, endMs: T0 + 60 * MINUTE };
    askWindows(
      shards,
      { ...range, stepMs, groupBy, aggregations: ['sum'], isFilled: true },
      undefined,
      limits,
    );
  };

  it('refuses more rows than an answer may have, with their number and a way out', () => {
    shards = new TestShards(1);
    const labels = ['a', 'b'].map((host) => ({ host }));
    shards.write(labels.map((own) => ({ name: 'cpu', labels: own, timeMs: T0, value: 1 })));
    shards.settle();
    ask(MINUTE, [], 61);
    assert.throws(() => ask(MINUTE, [], 60), {
      code: 'MR_QUERY_TOO_BIG',
      message: /61 rows \(61 windows of 1 groups\).*limits\.queryRows.*longer window/,
    });
    assert.throws(() => ask(MINUTE, ['host'], 100), { code: 'MR_QUERY_TOO_BIG', message: /122 rows/ });
  });

  it('refuses to decode more points than a query may', () => {
    shards = new TestShards(1);
    shards.write(
      Array.from({ length: 100 }, (_, i) => ({ name: 'cpu', labels: {}, timeMs: T0 + i, value: i })),
    );
    shards.settle();
    const question = {
      metric: 'cpu',
      startMs: T0,
      endMs: T0 + MINUTE,
      stepMs: MINUTE,
      aggregations: ['sum'],
    };
    askWindows(shards, question, undefined, { ...QUERY_LIMITS_DEFAULT, points: 100 });
    assert.throws(() => askWindows(shards, question, undefined, { ...QUERY_LIMITS_DEFAULT, points: 99 }), {
      code: 'MR_QUERY_TOO_BIG',
      message: /more than 99 points \(limits\.queryPoints\)/,
    });
  });
});

/** Raw points, and perhaps cells of a minute, that are kept only from some time on, where that leaves nothing inexact. */
function randomHorizons(
  next: () => number,
  question: WindowTestQuestion,
): ((tier: TierName) => number) | undefined {
  const { aggregations, startMs, endMs, stepMs } = question;
  const isWhole = aggregations === ALL_AGGREGATIONS && startMs % MINUTE === 0 && endMs % MINUTE === 0;
  if (!isWhole || stepMs < MINUTE || (Number.isFinite(stepMs) && stepMs % MINUTE !== 0)) return undefined;
  const rawMs = T0 + (next() - 0.5) * 20_000_000;
  return (tier) => (tier === 'raw' ? rawMs : Number.NEGATIVE_INFINITY);
}

/** Writes points and asks, again and again, over `scale` times 20 minutes; `look` is shown every answer. */
function run(next: () => number, scale: number, look: (found: WindowsFound) => void): void {
  for (let round = 0; round < 12; round++) {
    shards.write(randomPoints(next, 50 + Math.floor(next() * 100), T0 + round * scale * MINUTE, scale));
    shards.settle();
    if (round % 2 === 1) shards.closeGeneration();
    for (let i = 0; i < 8; i++) {
      if (i % 3 === 0) shards.work();
      const question = randomQuestion(next, scale);
      look(checkWindows(shards, question, randomHorizons(next, question)));
    }
    if (round % 5 === 3) shards.restart(round % 2 === 0);
  }
  assert.deepEqual(shards.findings.take(), []);
}
