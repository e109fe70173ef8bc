import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondMoment, squaresAbout } from '../../../native-free-core/cell/squares.js';

function squaresOf(values: number[], origin: number): number {
  return values.reduce((sum, value) => sum + (value - origin) ** 2, 0);
}

test('squaresAbout() moves the origin exactly when values are integers', () => {
  const values = [3, -17, 1000, 4, 4, 99_999];
  const sum = values.reduce((a, b) => a + b, 0);
  for (const from of values) {
    for (const to of [...values, 0, -5]) {
      assert.equal(
        squaresAbout(squaresOf(values, from), sum, values.length, from, to),
        squaresOf(values, to),
      );
    }
  }
});

test('secondMoment() keeps its digits when the mean is far larger than the deviation', () => {
  const check = (values: number[], exact: number) => {
    const sum = values.reduce((a, b) => a + b, 0);
    assert.equal(secondMoment(squaresOf(values, values[0]!), sum, values.length, values[0]!), exact);
  };
  check([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], 90);
  check([2 ** 50 + 1, 2 ** 50 + 3], 2);
  check([5], 0);
  check([0.1, 0.1, 0.1], 0);
  check([0, 1e153, -1e153], 2e306);
});

test('secondMoment() is infinite and never NaN when squares overflow', () => {
  assert.equal(
    secondMoment(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 2, 1e300),
    Number.POSITIVE_INFINITY,
  );
  assert.equal(squaresAbout(Number.POSITIVE_INFINITY, -1e308, 3, 1e308, -1e308), Number.POSITIVE_INFINITY);
});
