import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../../../native-free-core/cell/cell-run-codec.js';
import { ROLLUP_CELLS, readRollupRun } from '../../../../native-free-core/cell/rollup-run.js';
import { SegmentBuilder } from '../../../../native-free-core/segment/segment-builder.js';
import { SegmentReader } from '../../../../native-free-core/segment/segment-reader.js';
import type { LabelMatcher } from '../../../../src/http/ports.js';
import { COMPACTION_BOUNDS } from '../../../../src/shard/jobs/compaction-bounds.js';
import type { Rewrite, RewriteResult } from '../../../../src/shard/jobs/series-rewrites.js';
import type { ShardEngine } from '../../../../src/shard/shard-engine.js';
import type { ShardBounds } from '../../../../src/shard/shard-options.js';
import { encodeIntent } from '../../../../src/store/intent.js';
import { numberedKey, parseSegmentKey, tableEnd, tableKey } from '../../../../src/store/keys.js';
import { PREFIX_SHARD, SHARD_INTENT, TABLE_SPAN } from '../../../../src/store/store-layout.js';
import { POINT_TABLES, TIER_TABLES } from '../../../../src/store/tier-tables.js';
import type { MemoryStore } from '../../../sim/memory-store.js';
import { readPointSegment, readRollupSegment, type StoredRun } from '../../../sim/read-segment.js';
import { checkRollups } from '../../../sim/rollup-check.js';
import { SimRandom } from '../../../sim/sim-random.js';
import { checkSpans } from '../../../sim/span-check.js';
import { SMALL_BOUNDS, type TestPoint, TestShards } from '../../query/query-fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
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

type Pair = { key: Uint8Array; value: Uint8Array };

/** What is stored, as the simulator's checks want it. */
function* pairsOf(store: TestShards['shards'][number]['store']): Generator<Pair> {
  const pairs: Pair[] = [];
  store.forEach(Uint8Array.of(0), Uint8Array.of(PREFIX_SHARD), (key, value) => {
    pairs.push({ key: key.slice(), value: value.slice() });
    return true;
  });
  yield* pairs;
}

class World {
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

const name = (value: string): LabelMatcher => ({ label: '__name__', op: '=', value });
const host = (value: string): LabelMatcher => ({ label: 'host', op: '=', value });

/** A point each ten minutes of some hosts and two metrics over some days. */
function history(world: World, days: number, hosts = 6): TestPoint[] {
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

test('a delete takes the points of a range from every tier, and leaves the rest as it was', () => {
  const world = new World();
  try {
    const points = history(world, 4);
    world.write(points);
    const startMs = points[0]!.timeMs + DAY_MS;
    const { series, removed } = world.delete([name('cpu'), host('h2')], startMs, startMs + 2 * DAY_MS);
    assert.equal(series, 1);
    assert.deepEqual(removed, [288, 288, 288, 48, 2]);
    world.check();
    world.shards.restart(true);
    world.shards.settle();
    world.check();
  } finally {
    world.shards.close();
  }
});

test('windows that the range cuts are made anew from what is left', () => {
  const world = new World();
  try {
    const points = history(world, 2);
    world.write(points);
    const startMs = points[0]!.timeMs + 7 * HOUR_MS + 33 * MINUTE_MS;
    const { removed, written } = world.delete([name('mem')], startMs, startMs + 20 * HOUR_MS + 11_000);
    // Two days cut for each of six hosts, and the hours at the ends.
    assert.equal(written[4], 12);
    assert.ok(written[3]! >= 6 && removed[0]! > 6 * 119, `${written} ${removed}`);
    world.check();
  } finally {
    world.shards.close();
  }
});

test('a series whose every point is deleted has no span, and one whose newest is deleted has the one before', () => {
  const world = new World();
  try {
    const points = history(world, 2);
    world.write(points);
    const last = points.at(-1)!.timeMs;
    world.delete([name('cpu'), host('h1')], 0, last + DAY_MS);
    world.delete([name('cpu'), host('h2')], last - 3 * HOUR_MS, last + DAY_MS);
    world.delete([name('cpu'), host('h3')], 0, points[0]!.timeMs + 5 * HOUR_MS);
    world.check();
    // What comes afterwards counts again.
    world.write([{ name: 'cpu', labels: { host: 'h1' }, timeMs: last - HOUR_MS, value: 0.1 }]);
    world.flush();
    world.check();
  } finally {
    world.shards.close();
  }
});

test('repairing the spans of a page reads no segment of other series', () => {
  const world = new World();
  try {
    // More than a page in each group.
    const timeMs = world.shards.nowMs - HOUR_MS;
    const points = Array.from({ length: 6_000 }, (_, i): TestPoint => {
      return { name: 'cpu', labels: { host: `h${i}` }, timeMs, value: i };
    });
    world.write(points);
    world.delete([name('none')], 0, 1);
    const rewrites = world.begin([host('h1')], timeMs, timeMs + 1);
    const read: string[] = [];
    for (const { store } of world.shards.shards) {
      const get = store.get.bind(store);
      store.get = (key) => {
        if (rewrites.some(({ phase }) => phase === 'spans') && key[1] === TIER_TABLES[4]!.table) {
          const { firstNumber, lastNumber } = parseSegmentKey(key);
          read.push(`${key[0]} ${firstNumber} ${lastNumber}`);
        }
        return get(key);
      };
    }
    world.finish();
    assert.ok(read.length <= 1, `one segment may have the series, read were ${read.join(', ')}`);
    world.forget([host('h1')], timeMs, timeMs + 1);
    world.check();
  } finally {
    world.shards.close();
  }
});

test('a delete that a crash cuts short is finished by the next start, which takes nothing that came later', () => {
  for (const cycles of [0, 2, 10, 40, 120]) {
    for (const isNewProcess of [false, true]) {
      const world = new World();
      try {
        const points = history(world, 3, 3);
        world.write(points);
        const [startMs, endMs] = [points[0]!.timeMs + 5 * HOUR_MS, points[0]!.timeMs + 50 * HOUR_MS];
        world.begin([name('cpu')], startMs, endMs);
        for (let i = 0; i < cycles; i++) world.shards.work();
        const hasBegun = world.shards.shards.some(({ store }) => {
          let found = false;
          store.forEachKey(tableKey(PREFIX_SHARD, SHARD_INTENT), tableEnd(PREFIX_SHARD, SHARD_INTENT), () => {
            found = true;
            return false;
          });
          return found;
        });
        const isOver = world.shards.shards.every(({ engine }) => !engine.jobs.rewrites.isRunning);
        world.shards.restart(isNewProcess);
        const late = points.slice(200, 260).map((point, i) => ({ ...point, value: 1e6 + i }));
        world.shards.write(late);
        world.shards.settle();
        world.finish();
        if (hasBegun || isOver) world.forget([name('cpu')], startMs, endMs);
        world.points.push(...late);
        world.flush();
        world.check();
      } finally {
        world.shards.close();
      }
    }
  }
});

test('a delete that is left for some groups, as behind a change of workers, looks at the spans of no others', () => {
  // It said them anew from the tier that is kept longest, which had lost its oldest days to its bound of bytes: first seen moved.
  const world = new World();
  try {
    const points = history(world, 3, 20);
    world.write(points);
    // Which puts all of them into the tiers.
    world.delete([name('none')], 0, 1);
    world.shards.tierBytesMax[4] = 1;
    world.shards.restart(true);
    world.shards.settle();
    const spans = (): Map<string, string> =>
      new Map(
        world.shards.shards.flatMap(({ store }) =>
          [...pairsOf(store)]
            .filter(({ key }) => key[1] === TABLE_SPAN)
            .map(({ key, value }): [string, string] => [`${key[0]}`, Buffer.from(value).toString('hex')]),
        ),
      );
    const before = spans();
    const [{ store }] = world.shards.shards as [TestShards['shards'][number]];
    const cuts: [number, number][] = [[0, 1_000]];
    const intent = encodeIntent({ selectors: [name('cpu')], startMs: 0, endMs: world.shards.nowMs, cuts });
    store.transaction((writer) => writer.put(numberedKey(PREFIX_SHARD, SHARD_INTENT, 0), intent));
    world.shards.restart(true);
    world.finish();
    const changed = [...spans()].filter(([group, value]) => before.get(group) !== value);
    assert.deepEqual(
      changed.map(([group]) => group),
      ['0'],
    );
  } finally {
    world.shards.close();
  }
});

test('a delete takes nothing that came when it had begun, also while it is at work', () => {
  const world = new World();
  try {
    const points = history(world, 3, 3);
    world.write(points);
    const range = [points[0]!.timeMs, points[0]!.timeMs + 3 * DAY_MS] as const;
    const rewrites = world.begin([name('cpu')], ...range);
    const second = world.begin([name('mem')], ...range);
    world.forget([name('cpu')], ...range);
    world.forget([name('mem')], ...range);
    while (rewrites.some(({ intent }) => intent === undefined)) world.shards.work();
    for (let round = 0; [...rewrites, ...second].some(({ phase }) => phase !== 'done'); round++) {
      assert.ok(round < 5_000, 'the deletes never end');
      if (round < 40) {
        const late = points
          .slice(9 * round, 9 * round + 9)
          .map((point, i) => ({ ...point, value: 1e6 + 100 * round + i }));
        world.shards.write(late);
        world.points.push(...late);
        if (round % 5 === 0) for (const { engine } of world.shards.shards) engine.flushSoon();
      }
      world.shards.work();
    }
    world.flush();
    world.check();
  } finally {
    world.shards.close();
  }
});

test('an intent that does not read is told, keeps its place, and stops no other delete', () => {
  const world = new World();
  try {
    const points = history(world, 1, 3);
    world.write(points);
    world.flush();
    const [{ store }] = world.shards.shards as [TestShards['shards'][number]];
    const key = numberedKey(PREFIX_SHARD, SHARD_INTENT, 7);
    store.transaction((writer) => writer.put(key, new Uint8Array(40)));
    world.shards.restart(true);
    world.shards.settle();
    const found = world.shards.shards.flatMap(({ engine }) => engine.jobs.maintenance.takeFindings());
    assert.deepEqual(
      found.map(({ what, where }) => [what, where]),
      [['intent to delete', 'shard, number 7']],
    );
    assert.ok(world.shards.shards[0]!.store.get(key) !== undefined);
    const { removed } = world.delete([name('cpu')], 0, points.at(-1)!.timeMs + 1);
    assert.ok(removed[0]! > 0);
    assert.ok(world.shards.shards[0]!.store.get(key) !== undefined);
  } finally {
    world.shards.close();
  }
});

/** Makes the sum of the first cell of each run of 1 h wrong. Answers how many. */
function falsify(store: TestShards['shards'][number]['store'], engine: ShardEngine): number {
  const tier = TIER_TABLES[3]!;
  const builder = new SegmentBuilder();
  let cells = 0;
  for (const { key, value } of [...pairsOf(store)].filter((pair) => pair.key[1] === tier.table)) {
    builder.begin();
    readRollupSegment(key, value, tier, (number, run) => {
      run.sum[0]! += 1_000;
      cells++;
      builder.reserve(1 + cellRunBytesMax(run, 0, run.length));
      builder.bytes[builder.offset] = ROLLUP_CELLS;
      const end = encodeCellRunInto(run, 0, run.length, tier.windowMs, builder.bytes, builder.offset + 1);
      builder.add(number, end, run.firstTimeMs[0]!, run.lastTimeMs[run.length - 1]!);
    });
    const made = builder.finish(tier.kind).slice();
    store.transaction((writer) => writer.put(key, made));
    const local = key[0]! - engine.jobs.host.map.firstGroup(engine.jobs.host.shard);
    engine.books.addToTier(local, tier.tier, { bytes: made.length - value.length });
  }
  return cells;
}

test('a repair makes cells anew that are not what the finer tier says, and touches no others', () => {
  const world = new World();
  try {
    const points = history(world, 2, 2);
    world.write(points);
    world.delete([name('none')], 0, 1);
    const repair = (): number => {
      const rewrites = world.shards.shards.map(({ engine }) =>
        engine.jobs.rewrites.add({ kind: 'repair', startMs: 0, endMs: world.shards.nowMs + DAY_MS }),
      );
      world.finish();
      return rewrites.reduce((sum, { result }) => sum + result.written.reduce((a, b) => a + b), 0);
    };
    assert.equal(repair(), 0);
    const wrong = world.shards.shards.map(({ store, engine }) => falsify(store, engine));
    assert.throws(() => world.check());
    assert.equal(repair(), wrong[0]! + wrong[1]!);
    assert.equal(repair(), 0);
    world.check();
  } finally {
    world.shards.close();
  }
});

/** Points of each series' cells of 1 h in the window at `windowMs`, in all runs that read. */
function hourPoints(store: TestShards['shards'][number]['store'], windowMs: number): Map<string, number> {
  const tier = TIER_TABLES[3]!;
  const points = new Map<string, number>();
  const reader = new SegmentReader();
  for (const { key, value } of [...pairsOf(store)].filter((pair) => pair.key[1] === tier.table)) {
    assert.equal(reader.open(value, tier.kind, parseSegmentKey(key).firstNumber), 'ok');
    while (reader.next()) {
      const cells = new CellRun();
      if (readRollupRun(value, reader.start, reader.end, tier.windowMs, cells) !== 'ok') continue;
      const at = cells.windowStartMs.subarray(0, cells.length).indexOf(windowMs);
      const series = `${key[0]} ${reader.number}`;
      if (at >= 0) points.set(series, (points.get(series) ?? 0) + cells.count[at]!);
    }
  }
  return points;
}

/** Flips a bit in the last run of each segment of 1 h of the newest generation that has several series. Answers the series of these segments. */
function damageLastRuns(store: TestShards['shards'][number]['store']): Set<string> {
  const table = TIER_TABLES[3]!.table;
  const segments = [...pairsOf(store)].filter(({ key }) => key[1] === table);
  const newest = new Map<number, number>();
  for (const { key } of segments)
    newest.set(key[0]!, Math.max(newest.get(key[0]!) ?? 0, parseSegmentKey(key).generation));
  const series = new Set<string>();
  for (const { key, value } of segments) {
    const { generation, firstNumber, lastNumber } = parseSegmentKey(key);
    if (generation !== newest.get(key[0]!) || firstNumber === lastNumber) continue;
    for (let number = firstNumber; number <= lastNumber; number++) series.add(`${key[0]} ${number}`);
    value[value.length - 1]! ^= 1;
    store.transaction((writer) => writer.put(key, value));
  }
  return series;
}

test('a window that partly stands in a damaged segment stays whole where it can be read', () => {
  const world = new World();
  try {
    const points = history(world, 1, 40);
    world.write(points);
    world.delete([name('none')], 0, 1);
    // A second layer: late points in the same windows.
    world.write(points.map((point) => ({ ...point, timeMs: point.timeMs + 1 })));
    world.delete([name('none')], 0, 1);
    const windowMs = points[0]!.timeMs + 5 * HOUR_MS;
    const before = world.shards.shards.map(({ store }) => {
      const series = damageLastRuns(store);
      return { series, points: hourPoints(store, windowMs) };
    });
    assert.ok(before.some(({ series }) => series.size > 1));
    const rewrites = world.begin([name('cpu')], windowMs + 20 * MINUTE_MS, windowMs + 40 * MINUTE_MS);
    world.finish();
    assert.ok(
      rewrites.some(({ result }) => result.damaged > 0),
      'nobody was told that something did not read',
    );
    const other = world.begin([name('cpu')], 0, 1);
    const none = world.begin([name('none')], 0, windowMs + DAY_MS);
    world.finish();
    assert.ok([...other, ...none].every(({ result }) => result.damaged === 0));
    world.shards.shards.forEach(({ store }, shard) => {
      const after = hourPoints(store, windowMs);
      for (const series of before[shard]!.series) {
        assert.equal(after.get(series), before[shard]!.points.get(series), series);
      }
    });
  } finally {
    world.shards.close();
  }
});

test('whatever comes and goes, the store is what a list of points would be', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = new SimRandom(seed);
    const world = new World();
    try {
      const baseMs = Math.floor(world.shards.nowMs / DAY_MS) * DAY_MS;
      let next = 0;
      for (let action = 0; action < 14; action++) {
        const kind = random.int(10);
        if (kind < 5) {
          const points = Array.from(
            { length: random.between(1, 60) },
            (): TestPoint => ({
              name: random.pick(['cpu', 'mem', 'disk']),
              labels: random.chance(0.8) ? { host: `h${random.int(5)}` } : {},
              timeMs: baseMs - random.int(random.pick([HOUR_MS, DAY_MS, 5 * DAY_MS])) - random.int(2) / 2,
              value: next++ / 4,
            }),
          );
          world.write(points);
        } else if (kind < 6) world.flush();
        else if (kind < 7) {
          world.flush();
          world.shards.restart(random.chance(0.5));
          world.shards.settle();
        } else {
          const selectors = random.pick([
            [name('cpu')],
            [host('h1')],
            [name('mem'), host('')],
            [name('disk'), host('h2')],
          ]);
          const startMs = baseMs - random.int(6 * DAY_MS);
          world.delete(selectors, startMs, startMs + 1 + random.int(random.pick([HOUR_MS, 3 * DAY_MS])));
        }
      }
      world.delete([name('cpu'), host('h0')], baseMs - DAY_MS, baseMs);
      world.flush();
      world.check();
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    } finally {
      world.shards.close();
    }
  }
});
