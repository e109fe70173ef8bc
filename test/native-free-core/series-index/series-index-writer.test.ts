import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesKeyBuilder } from '../../../native-free-core/series/series-key-builder.js';
import {
  COLUMN_SET,
  CONTROL_LEFT_OUT,
  ROOT_LABELS,
  ROOT_METRICS,
} from '../../../native-free-core/series-index/series-index-layout.js';
import { createSeriesIndexMemory } from '../../../native-free-core/series-index/series-index-memory.js';
import { SeriesIndexReader } from '../../../native-free-core/series-index/series-index-reader.js';
import { SeriesIndexWriter } from '../../../native-free-core/series-index/series-index-writer.js';

const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };
const MIB = 1024 * 1024;

const keys = new SeriesKeyBuilder({
  nameBytesMax: 255,
  labelNameBytesMax: 128,
  labelValueBytesMax: 512,
  labelsMax: 32,
});

function keyOf(name: string, labels: Record<string, string>): Uint8Array {
  keys.begin(Buffer.from(name), 0, Buffer.byteLength(name));
  for (const [label, value] of Object.entries(labels)) {
    const pair = Buffer.from(label + value);
    const nameBytes = Buffer.byteLength(label);
    keys.label(pair, 0, nameBytes, nameBytes, pair.length);
  }
  assert.equal(keys.finish(), 'ok');
  return keys.bytes.slice(0, keys.length);
}

function open(sizes = { rowsMax: 5_000, heapBytes: 4 * MIB }) {
  const memory = createSeriesIndexMemory(sizes, HASH_KEY);
  const writer = new SeriesIndexWriter(memory);
  const reader = new SeriesIndexReader(memory);
  const add = (name: string, labels: Record<string, string>, number = writer.rows): boolean => {
    const key = keyOf(name, labels);
    return writer.add(number % 16, number, key, 0, key.length);
  };
  const child = (parent: number, text: string): number => {
    const bytes = Buffer.from(text);
    return reader.child(parent, bytes, 0, bytes.length);
  };
  return { memory, writer, reader, add, child };
}

test('series with the same labels share a set, whatever their metrics', () => {
  const { writer, reader, add } = open();
  add('a', { host: 'x', region: 'eu' });
  add('b', { region: 'eu', host: 'x' });
  add('b', { host: 'x' });
  add('c', {});
  add('d', {});
  writer.publish();
  reader.sync();
  const sets = reader.views.columns[COLUMN_SET]!;
  assert.deepEqual([...sets.subarray(0, 5)], [0, 0, 1, 2, 2]);
  assert.equal(reader.sets, 3);
});

test('what is not published is not seen, and what is published later by nobody who has not looked again', () => {
  const { writer, reader, add, child } = open();
  add('cpu', { host: 'a' });
  writer.publish();
  reader.sync();
  for (let i = 0; i < 2_000; i++) add('cpu', { host: `b${i}` });
  const out = new Int32Array(5_000);
  const metric = child(ROOT_METRICS, 'cpu');
  assert.equal(reader.copyItems(metric, reader.rows, out), 1);
  writer.publish();
  assert.equal(reader.copyItems(metric, reader.rows, out), 1);
  assert.equal(child(child(ROOT_LABELS, 'host'), 'b1999'), 0);
  reader.sync();
  assert.equal(reader.copyItems(metric, reader.rows, out), 2_001);
  assert.deepEqual(
    [...out.subarray(0, 2_001)],
    Array.from({ length: 2_001 }, (_, i) => i),
  );
  assert.notEqual(child(child(ROOT_LABELS, 'host'), 'b1999'), 0);
});

test('another writer goes on where one stopped between two calls', () => {
  const { memory, writer, reader, child } = open();
  for (let i = 0; i < 3_000; i++) {
    const key = keyOf('cpu', { host: `h${i % 1_000}`, disk: `${i % 7}` });
    (i % 2 === 0 ? writer : writer).add(i % 16, i, key, 0, key.length);
  }
  writer.publish();
  const next = new SeriesIndexWriter(memory);
  const key = keyOf('cpu', { host: 'h1', disk: '1' });
  next.add(0, 9_000, key, 0, key.length);
  next.publish();
  reader.sync();
  assert.equal(reader.rows, 3_001);
  assert.equal(reader.setOf(3_000), reader.setOf(1), 'the same labels are the same set for the next writer');
  const out = new Int32Array(5_000);
  assert.equal(reader.copyItems(child(ROOT_METRICS, 'cpu'), reader.rows, out), 3_001);
});

test('add() refuses and counts what finds no room, and readers see the rest', () => {
  const { writer, reader, add } = open({ rowsMax: 3, heapBytes: 4 * MIB });
  assert.deepEqual(
    Array.from({ length: 5 }, (_, i) => add('cpu', { host: `${i}` })),
    [true, true, true, false, false],
  );
  writer.publish();
  reader.sync();
  assert.equal(reader.rows, 3);
  assert.equal(writer.views.control[CONTROL_LEFT_OUT], 2);

  const small = open({ rowsMax: 100_000, heapBytes: MIB });
  let added = 0;
  while (small.add('cpu', { host: `${added}`.padStart(500, '-') })) added++;
  assert.ok(added > 100 && added < 2_000, `${added} series of 500 bytes in a MiB`);
});

test('beginRebuild() leaves nothing behind, also of what was never published', () => {
  const { memory, writer, reader, add, child } = open();
  const fresh = createSeriesIndexMemory({ rowsMax: 5_000, heapBytes: 4 * MIB }, HASH_KEY);
  for (let i = 0; i < 1_500; i++) add('cpu', { host: `h${i}` });
  writer.publish();
  for (let i = 0; i < 1_500; i++) add('mem', { host: `i${i}` });
  const other = new SeriesIndexWriter(memory);
  other.beginRebuild();
  assert.equal(reader.sync(), false, 'an index that is being built is told');
  const built = new SeriesIndexWriter(fresh);
  const key = keyOf('disk', { host: 'h1' });
  for (const each of [other, built]) {
    each.add(3, 7, key, 0, key.length);
    each.endRebuild();
  }
  assert.equal(reader.sync(), true);
  assert.equal(child(ROOT_METRICS, 'cpu'), 0);
  assert.deepEqual(new Uint8Array(memory.heap), new Uint8Array(fresh.heap));
  assert.deepEqual(new Uint8Array(memory.columns), new Uint8Array(fresh.columns));
});
