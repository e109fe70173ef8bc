import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  batchBytesMax,
  decodeBatchInto,
  encodeBatchInto,
} from '../../native-free-core/segment/batch-codec.js';
import { PointBatch } from '../../native-free-core/segment/point-batch.js';
import { batchOf, type SeriesPoints, seriesOf } from '../native-free-core/segment/batches.js';

/** Milliseconds; 0 and -0 are one moment, and a difference of 0 to the time before gives that one back. */
const time = fc
  .oneof(
    fc.integer({ min: -1_000, max: 1_000 }).map((i) => 1_764_669_600_000 + 10_000 * i),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  )
  .map((timeMs) => (timeMs === 0 ? 0 : timeMs));

const points = fc
  .array(fc.tuple(time, fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 1, maxLength: 20 })
  .map((list) => list.sort(([a], [b]) => a - b));

const batches: fc.Arbitrary<SeriesPoints[]> = fc
  .array(fc.tuple(fc.oneof(fc.constant(0), fc.nat(1_000_000)), points), { minLength: 1, maxLength: 20 })
  .map((series) => {
    let number = -1;
    return series.map(([skipped, list]) => ({
      number: (number += 1 + skipped),
      times: list.map(([timeMs]) => timeMs),
      values: list.map(([, value]) => value),
    }));
  });

const batch = new PointBatch();

function encode(series: readonly SeriesPoints[]): Uint8Array {
  const made = batchOf(series);
  const out = new Uint8Array(batchBytesMax(made.series, made.points));
  return out.slice(0, encodeBatchInto(made, out, 0));
}

test('a batch gives back every point to the bit, whatever was read before', () => {
  fc.assert(
    fc.property(batches, (series) => {
      const bytes = encode(series);
      assert.equal(decodeBatchInto(bytes, 0, bytes.length, series[0]!.number, batch), 'ok');
      assert.deepEqual(seriesOf(batch), series);
    }),
    { numRuns: 500 },
  );
});

test('a reader of a batch takes any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), batches, fc.nat(), (noise, series, at) => {
      decodeBatchInto(noise, 0, noise.length, 0, batch);
      const bytes = encode(series);
      bytes.set(
        noise.subarray(0, bytes.length),
        Math.min(at % bytes.length, bytes.length - Math.min(noise.length, bytes.length)),
      );
      decodeBatchInto(bytes, 0, bytes.length, series[0]!.number, batch);
    }),
    { numRuns: 500 },
  );
});
