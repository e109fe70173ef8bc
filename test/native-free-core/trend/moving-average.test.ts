import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponentialAverage, movingAverageInto } from '../../../native-free-core/trend/moving-average.js';

test('movingAverageInto() takes each point and those of the time before it, at the beginning fewer', () => {
  const check = (
    values: number[],
    spanMs: number,
    expected: number[],
    times = values.map((_, i) => i * 10),
  ) => {
    const out = new Float64Array(values.length);
    movingAverageInto(Float64Array.from(times), Float64Array.from(values), values.length, spanMs, out);
    assert.deepEqual([...out], expected);
  };
  check([1, 2, 3, 4, 5], 30, [1, 1.5, 2, 3, 4]);
  check([1, 2, 3], 10, [1, 2, 3]);
  check([1, 2, 3], 11, [1, 1.5, 2.5]);
  check([2, 4], 1_000, [2, 3]);
  check([1e16, 1, 1, 1], 20, [1e16, 5e15, 1, 1]);
  check([1, 2, 9, 4], 30, [1, 1.5, 9, 6.5], [0, 10, 100, 110]);
  check([], 30, []);
});

test('exponentialAverage() gives each point 1 - 2 / (width + 1) times the weight of the next', () => {
  const check = (y: number[], width: number, expected: number) =>
    assert.equal(exponentialAverage(Float64Array.from(y), y.length, width), expected);
  check([1, 2, 3], 1, 3);
  check([0, 8], 3, 4);
  check([0, 8, 0], 3, 2);
  check([5], 7, 5);
  check([], 7, Number.NaN);
});
