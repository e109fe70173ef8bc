import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitSink } from '../../../native-free-core/histogram/bit-sink.js';
import { BitSource } from '../../../native-free-core/histogram/bit-source.js';
import {
  BucketSplit,
  PLACE_RANGE_MAX,
  splitBytesMax,
} from '../../../native-free-core/histogram/bucket-split.js';

function roundTrip(pairs: [place: number, count: number][]): number {
  const places = Int32Array.from(pairs, ([place]) => place);
  const counts = Float64Array.from(pairs, ([, count]) => count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const split = new BucketSplit();
  const sink = new BitSink();
  const source = new BitSource();
  const out = new Uint8Array(splitBytesMax(pairs.length, total));
  split.load(places, 0, counts, 0, pairs.length, total);
  sink.start(out, 0);
  split.write(sink);
  const end = sink.finish();
  source.start(out, 0, end);
  const range = places.at(-1)! - places[0]! + 1;
  assert.equal(split.tryRead(source, places[0]!, range, total), true);
  assert.equal(source.offset, end);
  assert.deepEqual(
    Array.from(split.places.subarray(0, split.length), (place, i) => [place, split.counts[i]]),
    pairs,
  );
  return end;
}

test('tryRead() reads what write() wrote when sets are small, wide, dense and heavy', () => {
  roundTrip([
    [0, 1],
    [1, 1],
  ]);
  roundTrip([
    [-5, 1],
    [9, 1],
  ]);
  roundTrip([
    [7, 3],
    [8, 40],
    [10, 1],
  ]);
  roundTrip([
    [-268_544, 1],
    [0, 2 ** 40],
    [268_544, 2],
  ]);
  roundTrip([
    [3, 2 ** 50],
    [4, 1],
    [900, 2 ** 49],
  ]);
  roundTrip(Array.from({ length: 300 }, (_, i) => [i * 3 - 450, 1 + (i % 7)]));
  roundTrip(Array.from({ length: 1000 }, (_, i) => [i, 2 ** 20 + i]));
});

test('write() takes no bits for what is known when the values are the first and the last', () => {
  assert.equal(
    roundTrip([
      [0, 1],
      [PLACE_RANGE_MAX - 1, 1],
    ]),
    0,
  );
});

test('tryRead() answers false when there are too few bits', () => {
  const split = new BucketSplit();
  const source = new BitSource();
  source.start(new Uint8Array(2), 0, 2);
  assert.equal(split.tryRead(source, 0, 2 ** 19, 2 ** 51), false);
  assert.ok(split.length < 100, 'the work is bounded by the bits');
  assert.equal(split.tryRead(source, 0, 1000, 1000), false);
});

test('load() refuses when the total is not that of the counts', () => {
  const split = new BucketSplit();
  const load = (total: number) => split.load(Int32Array.of(1, 2), 0, Float64Array.of(1, 1), 0, 2, total);
  assert.throws(() => load(3), /^Error: BUG/);
  assert.throws(() => load(2 ** 52), /^Error: BUG/);
});
