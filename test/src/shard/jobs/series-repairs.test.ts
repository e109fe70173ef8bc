import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../../../native-free-core/cell/cell-run-codec.js';
import { ROLLUP_CELLS, readRollupRun } from '../../../../native-free-core/cell/rollup-run.js';
import { SegmentBuilder } from '../../../../native-free-core/segment/segment-builder.js';
import { SegmentReader } from '../../../../native-free-core/segment/segment-reader.js';
import type { ShardEngine } from '../../../../src/shard/shard-engine.js';
import { parseSegmentKey } from '../../../../src/store/keys.js';
import { TIER_TABLES } from '../../../../src/store/tier-tables.js';
import { readRollupSegment } from '../../../sim/read-segment.js';
import type { TestShards } from '../../query/query-fixture.js';
import { DAY_MS, HOUR_MS, history, MINUTE_MS, name, pairsOf, World } from './rewrite-world.js';

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
