import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { packRef } from '../../../native-free-core/series/refs.js';
import { PointColumns, REFUSED } from '../../../src/ingest/point-columns.js';
import { type FrameColumns, PointRouter } from '../../../src/ingest/point-router.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../src/shard/shard-counters.js';
import { type ReadEntry, readPoints } from '../../native-free-core/entry/entries.js';
import { ringAt } from '../../native-free-core/ring/rings.js';

const HEAD = { producer: 0, seq: 4, baseMs: 1_000, arrivalMs: 2_000 };

function make(shards: number): { links: ShardLinks; router: PointRouter; read(shard: number): ReadEntry[] } {
  const memories = Array.from({ length: shards }, () => ringAt());
  const counters = memories.map(() => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)));
  const links = new ShardLinks(memories, counters);
  const rings = memories.map((memory) => new RingConsumer(memory));
  const read = (shard: number): ReadEntry[] => {
    const entries: ReadEntry[] = [];
    const ring = rings[shard]!;
    for (let at = ring.next(); at !== RING_EMPTY; at = ring.next()) entries.push(readPoints(ring.views, at));
    ring.commit(ring.position);
    return entries;
  };
  return { links, router: new PointRouter(links), read };
}

/** Columns of references; values 0.5, 1.5, … and times 100, 101, … */
function columnsOf(refs: number[]): PointColumns {
  const columns = new PointColumns();
  columns.reserve(refs.length);
  columns.count = refs.length;
  refs.forEach((ref, i) => {
    columns.refs[i] = ref;
    columns.values[i] = i + 0.5;
    columns.times[i] = 100 + i;
  });
  return columns;
}

/** The same values in a frame at odd offsets, with deltas -5, -4, … or without. */
function frameOf(count: number, hasDeltas: boolean): FrameColumns {
  const bytes = new Uint8Array(7 + count * 12 + 3);
  const view = new DataView(bytes.buffer);
  const [dtOffset, valuesOffset] = [7, 7 + count * 4 + 2];
  for (let i = 0; i < count; i++) {
    view.setInt32(dtOffset + i * 4, i - 5, true);
    view.setFloat64(valuesOffset + i * 8, i + 0.5, true);
  }
  return { bytes, view, dtOffset: hasDeltas ? dtOffset : -1, valuesOffset };
}

const pointsOf = (entries: ReadEntry[]): number[][] =>
  entries.flatMap((e) => e.points.map((p) => [p.slot, p.timeMs, p.value]));

test('route() writes the points of a frame as they are when there is one shard and nothing is refused', () => {
  const { router, read } = make(1);
  const columns = columnsOf([3, 1, 2]);
  assert.deepEqual([...router.route(columns, frameOf(3, true), HEAD, 0)!], [12]);
  assert.deepEqual(read(0), [
    {
      units: 12,
      kind: 1,
      timeForm: 1,
      head: HEAD,
      points: [
        { slot: 3, timeMs: 995, value: 0.5 },
        { slot: 1, timeMs: 996, value: 1.5 },
        { slot: 2, timeMs: 997, value: 2.5 },
      ],
    },
  ]);
  router.route(columns, frameOf(3, false), HEAD, 0);
  assert.deepEqual(pointsOf(read(0)), [
    [3, 1_000, 0.5],
    [1, 1_000, 1.5],
    [2, 1_000, 2.5],
  ]);
});

test('route() leaves out what is refused, and spreads the rest over shards in the order of the batch', () => {
  for (const hasFrame of [true, false]) {
    const { router, read } = make(3);
    const refs = [packRef(2, 7), REFUSED, packRef(0, 1), packRef(2, 8), REFUSED, packRef(2, 7)];
    const frame = hasFrame ? frameOf(6, true) : undefined;
    const time = (i: number): number => (hasFrame ? 1_000 + i - 5 : 100 + i);
    assert.notEqual(router.route(columnsOf(refs), frame, HEAD, 2), undefined);
    assert.deepEqual(pointsOf(read(0)), [[1, time(2), 2.5]]);
    assert.deepEqual(pointsOf(read(1)), []);
    assert.deepEqual(pointsOf(read(2)), [
      [7, time(0), 0.5],
      [8, time(3), 3.5],
      [7, time(5), 5.5],
    ]);
  }
});

test('route() publishes nothing anywhere when one ring is full, and everything once it is not', () => {
  const { links, router, read } = make(2);
  const full = columnsOf(Array<number>(90).fill(packRef(1, 4)));
  assert.notEqual(router.route(full, undefined, HEAD, 0), undefined);
  assert.notEqual(router.route(full, undefined, HEAD, 0), undefined);
  const before = links.rings.map((ring) => ring.publishedPosition);
  const both = columnsOf([packRef(0, 1), ...Array<number>(60).fill(packRef(1, 4))]);
  assert.equal(router.route(both, undefined, HEAD, 0), undefined);
  assert.deepEqual(
    links.rings.map((ring) => [ring.publishedPosition, ring.claimedPosition]),
    before.map((position) => [position, position]),
  );
  assert.equal(pointsOf(read(0)).length, 0);
  assert.equal(pointsOf(read(1)).length, 180);
  assert.notEqual(router.route(both, undefined, HEAD, 0), undefined);
  assert.equal(pointsOf(read(0)).length, 1);
  assert.equal(pointsOf(read(1)).length, 60);
});

test('route() gives a named producer an entry in every shard, and answers positions behind them', () => {
  const { router, links, read } = make(3);
  const positions = router.route(columnsOf([packRef(1, 4)]), undefined, { ...HEAD, producer: 9 }, 0)!;
  assert.deepEqual(
    [...positions],
    links.rings.map((ring) => ring.publishedPosition),
  );
  for (let shard = 0; shard < 3; shard++) {
    const [entry, ...rest] = read(shard);
    assert.deepEqual([entry?.head.producer, entry?.points.length, rest.length], [9, shard === 1 ? 1 : 0, 0]);
  }
});
