import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTRY_UNITS_WORD, seriesEntryBytes } from '../../../native-free-core/entry/entry-layout.js';
import { writeSeries } from '../../../native-free-core/entry/entry-writer.js';
import { LINE_METRIC, LINE_SHIFT_U32 } from '../../../native-free-core/head/head-layout.js';
import { createHeadBuffers } from '../../../native-free-core/head/head-memory.js';
import { HeadWriter } from '../../../native-free-core/head/head-writer.js';
import type { RingViews } from '../../../native-free-core/ring/ring-views.js';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import { SeriesTable } from '../../../src/shard/series-table.js';
import { forEachSeries } from '../../../src/store/series-page.js';
import type { StoreReader, StoreWriter } from '../../../src/store/shard-store.js';
import { TABLE_SERIES } from '../../../src/store/store-layout.js';
import { entryRoom } from '../../native-free-core/entry/entries.js';
import { buildKey, readKey } from '../../native-free-core/series/keys.js';

/** A store in memory, as far as a series table needs one. */
class PageStore implements StoreReader, StoreWriter {
  readonly values = new Map<string, Uint8Array>();
  puts = 0;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(key.join());
  }
  put(key: Uint8Array, value: Uint8Array): void {
    this.puts++;
    this.values.set(key.join(), value.slice());
  }
  forEach(): void {}
  forEachKey(): void {}
  remove(): void {}
  removeRange(): void {}

  /** The series of a page, as number and name. */
  page(group: number, page: number): [number, string][] {
    const value = this.values.get([group, TABLE_SERIES, 0, 0, 0, page].join())!;
    const found: [number, string][] = [];
    assert.ok(
      forEachSeries(value, page, (number, _hash, keyOffset) => {
        found.push([number, readKey(value, keyOffset).name]);
      }),
    );
    return found;
  }
}

const MAP = new ShardMap(2);
/** The second shard: groups 8 to 15. */
const SHARD = 1;

function make(): { table: SeriesTable; head: HeadWriter; store: PageStore } {
  const head = new HeadWriter(createHeadBuffers(8, 1_000, 1 << 16));
  head.reset(1);
  return { table: new SeriesTable(SHARD, MAP), head, store: new PageStore() };
}

function seriesEntry(group: number, number: number, name: string): RingViews {
  const { bytes } = buildKey(name, [['n', String(number)]]);
  const views = entryRoom(256);
  views.u32[ENTRY_UNITS_WORD] = seriesEntryBytes(bytes.length) / 8;
  writeSeries(views, 0, MAP.slotOf(group, number), Int32Array.of(group << 4, number, 2, 3), bytes);
  return views;
}

const metricAt = (head: HeadWriter, group: number, number: number): number =>
  head.views.lines[(MAP.slotOf(group, number) << LINE_SHIFT_U32) + LINE_METRIC]!;

test('defineFromEntry() defines a slot, numbers its metric and puts the series on its page', () => {
  const { table, head, store } = make();
  table.defineFromEntry(head, seriesEntry(9, 0, 'cpu'), 0, store);
  table.defineFromEntry(head, seriesEntry(9, 1, 'mem'), 0, store);
  table.defineFromEntry(head, seriesEntry(15, 0, 'cpu'), 0, store);
  assert.equal(table.count, 3);
  assert.deepEqual([table.groupCount(9), table.groupCount(15), table.groupCount(8)], [2, 1, 0]);
  assert.deepEqual(
    [...table.metricCounts()],
    [
      ['cpu', 2],
      ['mem', 1],
    ],
  );
  assert.deepEqual([metricAt(head, 9, 0), metricAt(head, 9, 1), metricAt(head, 15, 0)], [0, 1, 0]);
  table.write(store);
  assert.deepEqual(store.page(9, 0), [
    [0, 'cpu'],
    [1, 'mem'],
  ]);
  assert.deepEqual(store.page(15, 0), [[0, 'cpu']]);
});

test('defineFromEntry() does nothing when the series is known, as when a ring is read again', () => {
  const { table, head, store } = make();
  table.defineFromEntry(head, seriesEntry(9, 0, 'cpu'), 0, store);
  table.defineFromEntry(head, seriesEntry(9, 0, 'cpu'), 0, store);
  assert.equal(table.count, 1);
  table.write(store);
  assert.equal(store.page(9, 0).length, 1);
});

test('defineFromEntry() adds to the stored page, and to the page of each 256 numbers', () => {
  const { table, head, store } = make();
  for (let number = 0; number < 260; number++) {
    table.defineFromEntry(head, seriesEntry(9, number, 'cpu'), 0, store);
    if (number % 50 !== 0) continue;
    table.write(store);
    table.committed();
  }
  table.write(store);
  assert.deepEqual(
    store.page(9, 0).map(([number]) => number),
    Array.from({ length: 256 }, (_, i) => i),
  );
  assert.deepEqual(
    store.page(9, 1).map(([number]) => number),
    [256, 257, 258, 259],
  );
});

test('write() puts the same pages again until committed() says that they are stored', () => {
  const { table, head, store } = make();
  table.defineFromEntry(head, seriesEntry(9, 0, 'cpu'), 0, store);
  table.write(store);
  table.write(store);
  assert.equal(store.puts, 2);
  table.committed();
  table.write(store);
  assert.equal(store.puts, 2);
});

test('restore() counts stored series and goes on behind their numbers', () => {
  const { table, head, store } = make();
  const key = new Uint8Array([7, 7, ...buildKey('disk', []).bytes]);
  table.restore(head, 10, 6, key, 2);
  assert.equal(table.groupCount(10), 7);
  assert.equal(head.isDefined(MAP.slotOf(10, 6)), true);
  assert.deepEqual([...table.metricCounts()], [['disk', 1]]);
  assert.throws(() => table.defineFromEntry(head, seriesEntry(10, 3, 'cpu'), 0, store), /BUG/);
  table.reserveNumbers(10, 256);
  table.reserveNumbers(10, 9);
  assert.equal(table.groupCount(10), 256);
  assert.throws(() => table.defineFromEntry(head, seriesEntry(10, 255, 'cpu'), 0, store), /BUG/);
  table.defineFromEntry(head, seriesEntry(10, 256, 'cpu'), 0, store);
});
