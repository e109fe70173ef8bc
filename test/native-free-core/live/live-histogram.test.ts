import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketMid } from '../../../native-free-core/histogram/bucket.js';
import { LiveHistogram } from '../../../native-free-core/live/live-histogram.js';

function pageWith(place: number, count: number): Int32Array {
  const words = new Int32Array(130);
  words[2 + place] = count;
  return words;
}

test('LiveHistogram.valueOfRank() ascends over negative octaves, zero and positive octaves', () => {
  const histogram = new LiveHistogram();
  histogram.addPage(1, pageWith(0, 1), 2);
  histogram.addPage(-1, pageWith(127, 1), 2);
  histogram.addPage(0, pageWith(127, 2), 2);
  histogram.addPage(-2, pageWith(0, 1), 2);
  histogram.addZeros(2);
  assert.equal(histogram.count, 7);
  const got = [1, 2, 3, 4, 5, 6, 7].map((rank) => histogram.valueOfRank(rank));
  assert.deepEqual(got, [
    bucketMid(-256),
    bucketMid(-1),
    0,
    0,
    bucketMid(128),
    bucketMid(128),
    bucketMid(129),
  ]);
});

test('LiveHistogram.valueOfRank() finds zeros behind negative values only', () => {
  const histogram = new LiveHistogram();
  histogram.addPage(-5, pageWith(3, 1), 2);
  histogram.addZeros(1);
  assert.equal(histogram.valueOfRank(2), 0);
});

test('LiveHistogram.addPage() takes counters as unsigned, and sums beyond 32 bits', () => {
  const histogram = new LiveHistogram();
  for (let i = 0; i < 3; i++) histogram.addPage(7, pageWith(5, -1), 2);
  assert.equal(histogram.count, 3 * (2 ** 32 - 1));
});

test('LiveHistogram.merge() grows to more octaves than it began with, clear() forgets them', () => {
  const a = new LiveHistogram();
  const b = new LiveHistogram();
  for (let octave = 40; octave >= -40; octave--) (octave & 1 ? a : b).addPage(octave, pageWith(9, 1), 2);
  a.merge(b);
  assert.equal(a.count, 81);
  for (let rank = 2; rank <= 81; rank++) assert.ok(a.valueOfRank(rank) > a.valueOfRank(rank - 1));
  a.clear();
  assert.equal(a.count, 0);
  a.addPage(3, pageWith(9, 1), 2);
  assert.equal(a.valueOfRank(1), bucketMid(3 * 128 + 10));
});
