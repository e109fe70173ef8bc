import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PagedHistogram } from '../../../native-free-core/histogram/paged-histogram.js';
import { Sketch } from '../../../native-free-core/histogram/sketch.js';

function buckets(sketch: Sketch): number[][] {
  return Array.from(sketch.indexes.subarray(0, sketch.length), (index, i) => [index, sketch.counts[i]!]);
}

function of(...values: number[]): Sketch {
  const sketch = new Sketch(1);
  for (const value of values) sketch.add(value);
  return sketch;
}

test('add() keeps buckets ascending when values come in any order', () => {
  const sketch = of(5, -2, 0, 5, 1e9, -2e9, -0);
  assert.equal(sketch.count, 7);
  assert.equal(sketch.length, 5);
  const indexes = buckets(sketch).map(([index]) => index!);
  assert.deepEqual(
    indexes,
    [...indexes].sort((a, b) => a - b),
  );
  assert.deepEqual(buckets(sketch)[2], [0, 2]);
});

test('addSorted() equals add() when values ascend, and refuses when they do not', () => {
  const values = Float64Array.from([99, -3, -3, -1, 0, 0, 0.5, 7, 7, 7.001, 8]);
  const sketch = of(7, 100);
  sketch.addSorted(values, 1, 10);
  assert.deepEqual(buckets(sketch), buckets(of(7, 100, -3, -3, -1, 0, 0, 0.5, 7, 7, 7.001, 8)));
  assert.equal(sketch.count, 12);
  sketch.addSorted(values, 0, 0);
  assert.equal(sketch.count, 12);
  assert.throws(() => sketch.addSorted(values, 0, 2), /^Error: BUG/);
});

test('merge() equals adding when buckets interleave, meet and lie apart', () => {
  const check = (left: number[], right: number[]) => {
    const merged = of(...left);
    merged.merge(of(...right));
    assert.deepEqual(buckets(merged), buckets(of(...left, ...right)));
    assert.equal(merged.count, left.length + right.length);
  };
  check([1, 3, 5], [2, 4, 6]);
  check([1, 2, 3], [1, 2, 3]);
  check([1, 2], [10, 20]);
  check([10, 20], [1, 2]);
  check([], [1]);
  check([1], []);
  const self = of(1);
  assert.throws(() => self.merge(self), /^Error: BUG/);
});

test('quantile() counts in doubles when counts exceed 32 bits', () => {
  const sketch = new Sketch();
  sketch.add(1, 2 ** 40);
  sketch.add(2, 2 ** 40);
  assert.equal(sketch.count, 2 ** 41);
  assert.ok(Math.abs(sketch.quantile(50) - 1) < 1 / 128);
  assert.ok(Math.abs(sketch.quantile(50.1) - 2) < 1 / 64);
  assert.ok(Number.isNaN(new Sketch().quantile(50)));
});

test('fromHistogram() takes over the counted buckets when some values overflowed', () => {
  const histogram = PagedHistogram.withOwnMemory(2);
  for (const value of [1, 1.5, 0, -3, 1e9]) histogram.record(value);
  const sketch = of(12345);
  sketch.fromHistogram(histogram);
  assert.equal(histogram.overflow, 1);
  assert.deepEqual(buckets(sketch), buckets(of(1, 1.5, 0, -3)));
  assert.equal(sketch.count, 4);
});

test('reset() empties without giving memory back when a sketch is reused', () => {
  const sketch = of(1, 2, 3);
  const memory = sketch.indexes;
  sketch.reset();
  sketch.add(9);
  assert.equal(sketch.indexes, memory);
  assert.deepEqual(buckets(sketch), buckets(of(9)));
});
