import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LeastSquares } from '../../../native-free-core/trend/least-squares.js';

/** The line at x = 0, of points added `cut` at a time. */
function line(x: readonly number[], y: readonly number[], cut = x.length) {
  const squares = new LeastSquares();
  const [columnX, columnY] = [Float64Array.from(x), Float64Array.from(y)];
  for (let i = 0; i < x.length; i += cut) squares.add(columnX, columnY, i, Math.min(i + cut, x.length));
  return squares.line(0);
}

const point = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: -1_000, max: 1_000 }));
const points = fc.array(point, { minLength: 2, maxLength: 60 });

test('LeastSquares solves the normal equations, in whatever parts points come, also far from zero', () => {
  fc.assert(
    fc.property(points, fc.constantFrom(0, 1e6), fc.integer({ min: 1, max: 70 }), (few, base, cut) => {
      const [x, y] = [few.map(([a]) => a), few.map(([, b]) => b)];
      const found = line(
        x,
        y.map((value) => value + base),
        cut,
      );
      if (new Set(x).size < 2) return assert.equal(found, undefined);
      // Whole numbers: n Σxy - Σx Σy and n Σxx - (Σx)² are exact.
      const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
      const [n, sx, sy] = [x.length, sum(x), sum(y)];
      const sxy = sum(x.map((value, i) => value * y[i]!));
      const [sxx, syy] = [sum(x.map((value) => value ** 2)), sum(y.map((value) => value ** 2))];
      const slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
      assert.ok(Math.abs(found!.slope - slope) <= 1e-9 * Math.max(1, Math.abs(slope)));
      const intercept = (sy - slope * sx) / n + base;
      assert.ok(Math.abs(found!.value - intercept) <= 1e-7 * Math.max(1, Math.abs(intercept)));
      const spread = n * syy - sy * sy;
      if (spread === 0) return assert.ok(found!.rSquared >= 0);
      const squared = (n * sxy - sx * sy) ** 2 / (n * sxx - sx * sx) / spread;
      assert.ok(Math.abs(found!.rSquared - squared) <= 1e-7);
    }),
  );
});

test('LeastSquares.addSummary() adds points that share their x', () => {
  const whole = new LeastSquares();
  whole.add(Float64Array.of(1, 1, 1, 5, 5), Float64Array.of(2, 4, 6, 1, 3), 0, 5);
  const parts = new LeastSquares();
  parts.addSummary(3, 1, 4, 8);
  parts.addSummary(2, 5, 2, 2);
  const [found, expected] = [parts.line(3)!, whole.line(3)!];
  for (const key of ['slope', 'value', 'rSquared'] as const) {
    assert.ok(Math.abs(found[key] - expected[key]) <= 1e-12, `${key} ${found[key]}, ${expected[key]}`);
  }
});

test('LeastSquares finds a line that is there', () => {
  assert.deepEqual(line([0, 1, 2, 3], [5, 3, 1, -1]), { slope: -2, value: 5, rSquared: 1 });
  assert.deepEqual(line([0, 1, 2], [7, 7, 7]), { slope: 0, value: 7, rSquared: 1 });
  assert.equal(line([3], [1]), undefined);
  assert.equal(line([4, 4], [1, 2]), undefined);
  assert.equal(line([], []), undefined);
});

test('LeastSquares keeps the digits of epoch times, point by point', () => {
  // Means of epoch times were rounded to a quarter of a microsecond: in a range of seconds the slope lost half of its digits.
  const base = 1_795_748_310_123;
  const x = [0, 7, 1_003, 2_500, 2_501, 9_000];
  const y = [0.25, 3, 1, 7.5, 2, 11];
  const far = new LeastSquares();
  const near = new LeastSquares();
  for (let i = 0; i < x.length; i++) {
    far.add(
      Float64Array.from(x, (each) => each + base),
      Float64Array.from(y),
      i,
      i + 1,
    );
  }
  near.add(Float64Array.from(x), Float64Array.from(y), 0, x.length);
  const [found, wanted] = [far.line(base)!, near.line(0)!];
  for (const key of ['slope', 'value', 'rSquared'] as const) {
    assert.ok(Math.abs(found[key] / wanted[key] - 1) < 1e-13, `${key} ${found[key]}, ${wanted[key]}`);
  }
});
