import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponentialAverage, movingAverageInto } from '../../../native-free-core/trend/moving-average.js';

test('movingAverageInto() takes each point and those before it, at the beginning fewer', () => {
  const check = (y: number[], width: number, expected: number[]) => {
    const out = new Float64Array(y.length);
    movingAverageInto(Float64Array.from(y), y.length, width, out);
    assert.deepEqual([...out], expected);
  };
  check([1, 2, 3, 4, 5], 3, [1, 1.5, 2, 3, 4]);
  check([1, 2, 3], 1, [1, 2, 3]);
  check([2, 4], 10, [2, 3]);
  check([1e16, 1, 1, 1], 2, [1e16, 5e15, 1, 1]);
  check([], 3, []);
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
