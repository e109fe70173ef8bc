import assert from 'node:assert/strict';
import type { LabelMatcher } from '../../../../src/http/ports.js';
import { COMPACTION_BOUNDS } from '../../../../src/shard/jobs/compaction-bounds.js';
import type { Rewrite, RewriteResult } from '../../../../src/shard/jobs/series-rewrites.js';
import type { ShardBounds } from '../../../../src/shard/shard-options.js';
import { tableEnd, tableKey } from '../../../../src/store/keys.js';
import { PREFIX_SHARD, SHARD_INTENT } from '../../../../src/store/store-layout.js';
import { POINT_TABLES } from '../../../../src/store/tier-tables.js';
import type { MemoryStore } from '../../../sim/memory-store.js';
import { readPointSegment, type StoredRun } from '../../../sim/read-segment.js';
import { checkRollups } from '../../../sim/rollup-check.js';
import { checkSpans } from '../../../sim/span-check.js';
import { SMALL_BOUNDS, type TestPoint, TestShards } from '../../query/query-fixture.js';

export const MINUTE_MS = 60_000;

export const HOUR_MS = 60 * MINUTE_MS;

export const DAY_MS = 24 * HOUR_MS;

const SHARDS = 2;

/** Small, so that a few points make many segments, slices and steps. */
const BOUNDS: ShardBounds = {
  ...SMALL_BOUNDS,
  compaction: {
    ...COMPACTION_BOUNDS,
    laneSeries: 64,
    segmentBytes: 300,
    runCells: 8,
    chunkPoints: 16,
    jobBytes: 3_000,
    stepWork: 400,
  },
};

export type Pair = { key: Uint8Array; value: Uint8Array };

/** What is stored, as the simulator's checks want it. */
export function* pairsOf(store: TestShards['shards'][number]['store']): Generator<Pair> {
  const pairs: Pair[] = [];
  store.forEach(Uint8Array.of(0), Uint8Array.of(PREFIX_SHARD), (key, value) => {
    pairs.push({ key: key.slice(), value: value.slice() });
    return true;
  });
  yield* pairs;
}

/** Two shards, and the list of points that they should hold. */
export class World {
  readonly shards = new TestShards(SHARDS, BOUNDS);
  points: TestPoint[] = [];

  write(points: readonly TestPoint[]): void {
    this.shards.write(points);
    this.points.push(...points);
    this.shards.settle();
  }

  begin(selectors: LabelMatcher[], startMs: number, endMs: number): Rewrite[] {
    return this.shards.shards.map(({ engine }) =>
      engine.jobs.rewrites.add({ kind: 'delete', selectors, startMs, endMs }),
    );
  }

  /** Works until all rewrites are done. */
  finish(): void {
    let rounds = 0;
    while (this.shards.shards.some(({ engine }) => engine.jobs.rewrites.isRunning)) {
      this.shards.work();
      assert.ok(++rounds < 20_000, 'a rewrite never ends');
    }
    this.shards.settle();
  }

  delete(selectors: LabelMatcher[], startMs: number, endMs: number): RewriteResult {
    const rewrites = this.begin(selectors, startMs, endMs);
    this.finish();
    this.forget(selectors, startMs, endMs);
    const sum = (of: (result: RewriteResult) => number): number =>
      rewrites.reduce((total, { result }) => total + of(result), 0);
    return {
      series: sum(({ series }) => series),
      removed: [0, 1, 2, 3, 4].map((tier) => sum(({ removed }) => removed[tier]!)),
      written: [0, 1, 2, 3, 4].map((tier) => sum(({ written }) => written[tier]!)),
      damaged: sum(({ damaged }) => damaged),
    };
  }

  /** The model's delete. */
  forget(selectors: LabelMatcher[], startMs: number, endMs: number): number {
    const before = this.points.length;
    const matches = ({ name, labels }: TestPoint): boolean =>
      selectors.every(({ label, op, value }) => {
        const has = label === '__name__' ? name : (labels[label] ?? '');
        return op === '=' ? has === value : has !== value;
      });
    this.points = this.points.filter((p) => !matches(p) || p.timeMs < startMs || p.timeMs >= endMs);
    return before - this.points.length;
  }

  /** All points are there, every tier is what they make, records and spans are right, and nothing is left to be done. */
  check(): void {
    let stored: string[] = [];
    for (const { store, engine } of this.shards.shards) {
      const runs: StoredRun[] = [];
      for (const { key, value } of pairsOf(store)) {
        if (POINT_TABLES.includes(key[1]!)) runs.push(...readPointSegment(key, value));
      }
      runs.sort((a, b) => a.generation - b.generation);
      const seen = { pairs: () => pairsOf(store) } as unknown as MemoryStore;
      checkRollups(seen, runs);
      checkSpans(seen, runs);
      stored = stored.concat(
        runs.flatMap(({ times, values }) => [...times].map((t, i) => `${t} ${values[i]}`)),
      );
      const c = engine.counters;
      const parts = (['open', 'stored', 'expired', 'damaged'] as const).map((name) => c.get(name));
      assert.equal(
        c.get('accepted'),
        parts.reduce((a, b) => a + b),
        'conservation',
      );
      assert.equal(c.get('open'), 0);
      store.forEachKey(tableKey(PREFIX_SHARD, SHARD_INTENT), tableEnd(PREFIX_SHARD, SHARD_INTENT), () =>
        assert.fail('an intent is left'),
      );
    }
    const wanted = this.points.map(({ timeMs, value }) => `${timeMs} ${value}`);
    assert.deepEqual(stored.sort(), wanted.sort());
  }

  /** Puts all that is open into blocks. */
  flush(): void {
    for (const { engine } of this.shards.shards) engine.flushSoon();
    this.shards.settle();
  }
}

export const name = (value: string): LabelMatcher => ({ label: '__name__', op: '=', value });

export const host = (value: string): LabelMatcher => ({ label: 'host', op: '=', value });

/** A point each ten minutes of some hosts and two metrics over some days. */
export function history(world: World, days: number, hosts = 6): TestPoint[] {
  const startMs = Math.floor(world.shards.nowMs / DAY_MS) * DAY_MS - days * DAY_MS;
  const points: TestPoint[] = [];
  for (let i = 0; i < days * 144; i++) {
    for (let h = 0; h < hosts; h++) {
      for (const metric of ['cpu', 'mem']) {
        const value = points.length / 8;
        points.push({
          name: metric,
          labels: { host: `h${h}` },
          timeMs: startMs + i * 10 * MINUTE_MS + h,
          value,
        });
      }
    }
  }
  return points;
}
