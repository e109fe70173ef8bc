import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { densityWidth, equalEdges, niceEdges } from '../../../native-free-core/statistics/histogram-edges.js';
import { HISTOGRAM_BUCKETS_DEFAULT_MAX } from '../../../native-free-core/statistics/limits.js';

const anyFinite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(0, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1e15 + 0.5),
);

function assertEdges(edges: Float64Array, min: number, max: number, bucketsMax: number): void {
  assert.ok(edges.length >= 2 && edges.length <= bucketsMax + 1, `${edges.length - 1} buckets`);
  assert.ok(
    edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]! || min === max)),
  );
  assert.ok(edges[0]! <= min && edges.at(-1)! >= max, `${edges[0]}..${edges.at(-1)} around ${min}..${max}`);
}

test('niceEdges() ascend around all values, whatever these are', () => {
  fc.assert(
    fc.property(anyFinite, anyFinite, fc.double({ min: 0, max: 1e3, noNaN: true }), (a, b, width) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      assertEdges(niceEdges(min, max, width), min, max, HISTOGRAM_BUCKETS_DEFAULT_MAX + 3);
    }),
    { numRuns: 2_000 },
  );
});

test('niceEdges() are multiples of a width that reads well', () => {
  const check = (min: number, max: number, width: number, expected: number[]) =>
    assert.deepEqual([...niceEdges(min, max, width)], expected);
  check(0, 10, 3, [0, 5, 10, 15]);
  check(0.5, 9.9, 2, [0, 2, 4, 6, 8, 10]);
  check(0.05, 0.34, 0.1, [0, 0.1, 0.2, 0.3, 0.4]);
  check(-3, 3, 2.2, [-5, -2.5, 0, 2.5, 5]);
  check(1_050, 1_380, 100, [1_000, 1_100, 1_200, 1_300, 1_400]);
  check(1e9, 1e9 + 3, 1, [1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4]);
  check(7, 7, 0, [7, 7]);
});

test('niceEdges() widen a width that makes too many buckets', () => {
  assert.equal(niceEdges(0, 1_000_000, 0.001).length, 52);
  assert.equal(niceEdges(0, 99, 0)[1], 2);
});

test('equalEdges() are as many as asked for, from the least to the greatest value', () => {
  fc.assert(
    fc.property(anyFinite, anyFinite, fc.integer({ min: 1, max: 200 }), (a, b, buckets) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const edges = equalEdges(min, max, buckets);
      assertEdges(edges, min, max, buckets);
      assert.equal(edges[0], min);
      assert.equal(edges.at(-1), max);
    }),
    { numRuns: 1_000 },
  );
  assert.deepEqual([...equalEdges(0, 10, 4)], [0, 2.5, 5, 7.5, 10]);
  assert.deepEqual([...equalEdges(1, 1 + Number.EPSILON, 10)], [1, 1 + Number.EPSILON]);
});

test('densityWidth() is smaller the more values there are', () => {
  assert.equal(densityWidth(1_000, 200), 69.8);
  assert.equal(densityWidth(1_000_000, 200), 6.98);
});
