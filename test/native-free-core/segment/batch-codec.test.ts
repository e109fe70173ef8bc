import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeWord } from '../../../native-free-core/codec/bits.js';
import { crc32c } from '../../../native-free-core/codec/crc32c.js';
import {
  batchBytesMax,
  decodeBatchInto,
  encodeBatchInto,
} from '../../../native-free-core/segment/batch-codec.js';
import {
  BATCH_CHECKSUM_BYTES,
  BATCH_FLAGS_OFFSET,
  BATCH_VERSION_OFFSET,
} from '../../../native-free-core/segment/batch-layout.js';
import { PointBatch } from '../../../native-free-core/segment/point-batch.js';
import { readVectors } from '../cell/vectors.js';
import { batchOf, type SeriesPoints, seriesOf } from './batches.js';

function encode(series: readonly SeriesPoints[]): Uint8Array {
  const batch = batchOf(series);
  const out = new Uint8Array(batchBytesMax(batch.series, batch.points) + 7);
  return out.slice(7, encodeBatchInto(batch, out, 7));
}

for (const { name, series, hex } of readVectors<{ name: string; series: SeriesPoints[]; hex: string }[]>(
  'batch.json',
)) {
  test(`encodeBatchInto() writes the golden bytes when the batch is: ${name}`, () => {
    assert.equal(Buffer.from(encode(series)).toString('hex'), hex);
  });

  test(`decodeBatchInto() reads the golden bytes when the batch is: ${name}`, () => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const batch = new PointBatch();
    assert.equal(decodeBatchInto(bytes, 0, bytes.length, series[0]!.number, batch), 'ok');
    assert.deepEqual(seriesOf(batch), series);
  });
}

const two: SeriesPoints[] = [
  { number: 7, times: [1_000, 2_000], values: [1, 2] },
  { number: 9, times: [1_500], values: [-0.25] },
];

test('encodeBatchInto() says how the columns are kept', () => {
  const check = (series: SeriesPoints[], flags: number) =>
    assert.equal(encode(series)[BATCH_FLAGS_OFFSET], flags);
  const one = { times: [5], values: [5] };
  check([{ number: 3, ...one }], 3);
  check(
    [
      { number: 3, ...one },
      { number: 4, ...one },
    ],
    3,
  );
  check(
    [
      { number: 3, ...one },
      { number: 5, ...one },
    ],
    2,
  );
  check(two, 0);
  // The step from one to the other does not give the other back.
  check([{ number: 0, times: [-0.0009151921809390127, 0.001097918936824982], values: [1, 1] }], 7);
});

test('decodeBatchInto() finds every flipped bit', () => {
  const bytes = encode(two);
  const batch = new PointBatch();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(decodeBatchInto(flipped, 0, flipped.length, 7, batch), 'damaged', `bit ${bit}`);
  }
});

/** Seals bytes that were changed, as a writer with a fault would. */
function sealed(bytes: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  change(bytes);
  const end = bytes.length - BATCH_CHECKSUM_BYTES;
  storeWord(bytes, end, crc32c(bytes, 0, end));
  return bytes;
}

test('decodeBatchInto() refuses what no writer makes, and says newer when the version is', () => {
  const check = (wanted: string, change: (bytes: Uint8Array) => void) => {
    const bytes = sealed(encode(two), change);
    assert.equal(decodeBatchInto(bytes, 0, bytes.length, 7, new PointBatch()), wanted);
  };
  check('ok', () => {});
  check('newer', (bytes) => {
    bytes[BATCH_VERSION_OFFSET] = 2;
  });
  check('damaged', (bytes) => {
    bytes[BATCH_FLAGS_OFFSET] = 8;
  });
  // Series, points, span.
  for (const [at, value] of [
    [2, 5],
    [3, 9],
    [4, 7],
  ] as const) {
    check('damaged', (bytes) => {
      bytes[at] = value;
    });
  }
});
