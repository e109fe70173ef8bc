import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import { SegmentReader } from '../../../../native-free-core/segment/segment-reader.js';
import { parseSegmentKey } from '../../../../src/store/keys.js';
import { TABLE_FRESH, TABLE_RAW, TABLE_ROLLUP_1M } from '../../../../src/store/store-layout.js';
import { RAW_TIER, TIER_TABLES } from '../../../../src/store/tier-tables.js';
import { readRollupSegment } from '../../../sim/read-segment.js';
import { checkRollups } from '../../../sim/rollup-check.js';
import { type TestPoint, TierWorld } from './tier-world.js';

const DAY_MS = 86_400_000;
const T0 = 20_000 * DAY_MS;

const beat = (number: number, count: number, fromMs = T0, stepMs = 10_000): TestPoint[] =>
  Array.from({ length: count }, (_, i) => ({ number, timeMs: fromMs + i * stepMs, value: i }));

function check(world: TierWorld): void {
  world.checkPoints();
  checkRollups(world.store, world.runs());
}

/** The windows that a tier has cells of, ascending, of all series. */
function windowsOf(world: TierWorld, tier: number): number[] {
  const table = TIER_TABLES[tier]!;
  const windows: number[] = [];
  for (const { key, value } of world.store.pairs()) {
    if (key[1] !== table.table) continue;
    readRollupSegment(key, value, table, (_, cells: CellRun) => {
      for (let i = 0; i < cells.length; i++) windows.push(cells.windowStartMs[i]!);
    });
  }
  return windows.sort((a, b) => a - b);
}

test('CompactionJob() leaves nothing fresh, one chunk a series and day, and a cell a window', () => {
  const world = new TierWorld();
  for (let i = 0; i < 5; i++) world.flush(beat(3, 30, T0 + DAY_MS - 200_000 + i * 300_000));
  world.compact();
  check(world);
  assert.equal(world.segments(TABLE_FRESH), 0);
  // 20 points of the first day, 130 of the next.
  assert.deepEqual(
    world.runs().map(({ times }) => times.length),
    [20, 130],
  );
  const minutes = windowsOf(world, 1);
  assert.equal(minutes.length, new Set(minutes).size);
  assert.deepEqual(windowsOf(world, 4), [T0, T0 + DAY_MS]);
});

test('CompactionJob() copies a large chunk as it is', () => {
  const world = new TierWorld({}, 0);
  world.flush(beat(3, 600));
  const before = chunkOf(world, TABLE_FRESH);
  world.compact();
  assert.deepEqual(chunkOf(world, TABLE_RAW), before);
  check(world);
});

function chunkOf(world: TierWorld, table: number): Uint8Array {
  const reader = new SegmentReader();
  const pair = [...world.store.pairs()].find(({ key }) => key[1] === table)!;
  assert.equal(reader.open(pair.value, 1, parseSegmentKey(pair.key).firstNumber), 'ok');
  reader.next();
  return pair.value.slice(reader.start, reader.end);
}

test('CompactionJob() keeps cells of many points, and points of few, in runs of a bounded length', () => {
  const world = new TierWorld({ runCells: 128 });
  world.flush([...beat(1, 3_000, T0, 60_000), ...beat(2, 3_000, T0, 100)]);
  world.compact();
  check(world);
  const runs: number[] = [];
  for (const { key, value } of world.store.pairs()) {
    if (key[1] !== TABLE_ROLLUP_1M) continue;
    readRollupSegment(key, value, TIER_TABLES[1]!, (_, cells) => runs.push(cells.length));
  }
  assert.equal(
    runs.reduce((sum, rows) => sum + rows, 0),
    3_000 + 5,
  );
  assert.ok(Math.max(...runs) <= 128);
});

test('CompactionJob() takes more steps where each series has points in many stretches', () => {
  const world = new TierWorld();
  const days = 90;
  const points = Array.from({ length: 64 * days }, (_, i) => {
    return { number: i % 64, timeMs: 19_000 * DAY_MS + Math.floor(i / 64) * DAY_MS, value: i };
  });
  world.flush(points);
  const job = world.compactions.next(world.nowMs, 'idle')!;
  let steps = 0;
  for (; !job.hasWrites; steps++) job.step(world.nowMs);
  // Each series is two runs a day and more; a step has work for some 320.
  assert.ok(steps >= (64 * 2 * days) / 640, `${steps} steps`);
});

test('CompactionJob() sets a damaged segment aside, tells it once, and compacts the others', () => {
  const world = new TierWorld({ laneSeries: 2 }, 0);
  world.flush([...beat(0, 10), ...beat(5, 10)]);
  world.flush(beat(0, 10, T0 + 500_000));
  const damaged = [...world.store.pairs()].find(
    ({ key }) => key[1] === TABLE_FRESH && parseSegmentKey(key).firstNumber === 0,
  )!;
  const { generation } = parseSegmentKey(damaged.key);
  const value = damaged.value.slice();
  value[value.length - 2]! ^= 4;
  world.store.transaction((writer) => writer.put(damaged.key, value));
  for (let i = 0; i < 3; i++) {
    world.compact();
    world.flush([]);
  }
  assert.equal(world.segments(TABLE_FRESH), 1);
  assert.equal(world.findings.length, 1);
  assert.match(world.findings[0]!.where, new RegExp(`generation ${generation}, series 0 to 0`));
  assert.equal(world.books.tier(0, RAW_TIER).rows, 20);
  assert.equal(world.compactions.isOverdue, false);
});

test('CompactionJob() writes nothing that a tier keeps no longer, and counts it', () => {
  // Raw is kept for an hour before T0 + 1 day, 1 m for a day, the others for ever.
  const nowMs = T0 + DAY_MS;
  const cutoffs = [nowMs - 3_600_000, nowMs - DAY_MS / 2, -Infinity, -Infinity, -Infinity];
  const world = new TierWorld({}, 4, (tier) => cutoffs[tier]!);
  world.flush(beat(1, 1_440, T0, 60_000));
  world.compact();
  const [raw, minute] = [world.books.tier(0, 0), world.books.tier(0, 1)];
  assert.deepEqual([raw.rows, raw.sweptRows], [60, 1_380]);
  assert.deepEqual([minute.rows, minute.sweptRows], [720, 720]);
  assert.equal(world.books.tier(0, 2).rows, 288);
  const { storedPoints, expiredPoints } = world.books.groups[0]!;
  assert.deepEqual([storedPoints, expiredPoints], [60, 1_380]);
  assert.equal(windowsOf(world, 1)[0], T0 + DAY_MS / 2);
});

test('CompactionSource() plans with what is durable when a step of the flush has changed the record already', () => {
  // The last segment of a generation waited for the transaction of the very cycle in which a plan was made: the compaction took the
  // others, and what it left came out behind later points.
  const world = new TierWorld();
  world.flush(beat(1, 20));
  world.books.change(0).storedGeneration = 2;
  world.compact();
  assert.equal(world.segments(TABLE_FRESH), 0);
  world.flush(beat(1, 20));
  world.compact();
  assert.equal(world.segments(TABLE_FRESH), 0);
  world.checkPoints();
});
