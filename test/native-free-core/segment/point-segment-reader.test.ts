import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkBytesMax, encodeChunkInto } from '../../../native-free-core/codec/chunk.js';
import { batchBytesMax, encodeBatchInto } from '../../../native-free-core/segment/batch-codec.js';
import { PointSegmentReader } from '../../../native-free-core/segment/point-segment-reader.js';
import { SegmentBuilder } from '../../../native-free-core/segment/segment-builder.js';
import {
  SEGMENT_BATCH,
  SEGMENT_RAW,
  SEGMENT_ROLLUP,
} from '../../../native-free-core/segment/segment-layout.js';
import { batchOf, type SeriesPoints, seriesOf } from './batches.js';

const series = (number: number, count: number): SeriesPoints => ({
  number,
  times: Array.from({ length: count }, (_, i) => 1_000 * i),
  values: Array.from({ length: count }, (_, i) => number + i),
});

function batches(...runs: SeriesPoints[][]): Uint8Array {
  const builder = new SegmentBuilder();
  builder.begin();
  for (const run of runs) {
    const batch = batchOf(run);
    builder.reserve(batchBytesMax(batch.series, batch.points));
    const end = encodeBatchInto(batch, builder.bytes, builder.offset);
    builder.add(run[0]!.number, end, 0, 0, run.at(-1)!.number);
  }
  return builder.finish(SEGMENT_BATCH).slice();
}

function chunks(...runs: SeriesPoints[]): Uint8Array {
  const builder = new SegmentBuilder();
  builder.begin();
  for (const { number, times, values } of runs) {
    builder.reserve(chunkBytesMax(times.length));
    const columns = [Float64Array.from(times), Float64Array.from(values)] as const;
    const end = encodeChunkInto(...columns, 0, times.length, builder.bytes, builder.offset);
    builder.add(number, end, 0, 0);
  }
  return builder.finish(SEGMENT_RAW).slice();
}

function walk(
  value: Uint8Array,
  first: number,
  last: number,
): { from: number; to: number; series: SeriesPoints[] }[] {
  const reader = new PointSegmentReader();
  assert.equal(reader.open(value, first, last), 'ok');
  const found = [];
  while (reader.next()) {
    const { number: from, lastNumber: to } = reader;
    assert.equal(reader.decode(), 'ok');
    found.push({ from, to, series: seriesOf(reader.batch) });
  }
  assert.equal(reader.isCut, false);
  return found;
}

test('decode() gives the points of batches and of chunks alike, and the numbers that a run may have', () => {
  const [a, b, c] = [[series(3, 2), series(5, 1)], [series(9, 4)], [series(12, 1), series(20, 2)]];
  assert.deepEqual(walk(batches(a, b, c), 3, 20), [
    { from: 3, to: 8, series: a },
    { from: 9, to: 11, series: b },
    { from: 12, to: 20, series: c },
  ]);
  assert.deepEqual(walk(chunks(a[0]!, a[0]!, b[0]!), 3, 9), [
    { from: 3, to: 3, series: [a[0]] },
    { from: 3, to: 3, series: [a[0]] },
    { from: 9, to: 9, series: b },
  ]);
});

test('lastNumber() is the series itself when it goes on in the next run', () => {
  const found = walk(batches([series(3, 2)], [series(3, 1)], [series(4, 1)]), 3, 4);
  assert.deepEqual(
    found.map(({ from, to }) => [from, to]),
    [
      [3, 3],
      [3, 3],
      [4, 4],
    ],
  );
});

test('open() refuses cells, and next() tells of a value that was cut', () => {
  const reader = new PointSegmentReader();
  const builder = new SegmentBuilder();
  builder.begin();
  assert.equal(reader.open(builder.finish(SEGMENT_ROLLUP).slice(), 0, 0), 'damaged');
  const value = batches([series(1, 1)], [series(2, 1)]);
  assert.equal(reader.open(value.subarray(0, value.length - 1), 1, 2), 'ok');
  assert.deepEqual([reader.next(), reader.isCut], [true, false]);
  assert.deepEqual([reader.next(), reader.isCut], [false, true]);
});
