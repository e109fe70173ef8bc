import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastSquares } from '../../../native-free-core/trend/least-squares.js';

const line = (x: readonly number[], y: readonly number[]) =>
  leastSquares(Float64Array.from(x), Float64Array.from(y), x.length);

const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: -1_000, max: 1_000 })), {
  minLength: 2,
  maxLength: 60,
});

test('leastSquares() solves the normal equations, also far from zero', () => {
  fc.assert(
    fc.property(points, fc.constantFrom(0, 1e6), (few, base) => {
      const [x, y] = [few.map(([a]) => a), few.map(([, b]) => b)];
      const found = line(
        x,
        y.map((value) => value + base),
      );
      if (new Set(x).size < 2) return assert.equal(found, undefined);
      // Whole numbers: n Σxy - Σx Σy and n Σxx - (Σx)² are exact.
      const [n, sx, sy] = [x.length, x.reduce((a, b) => a + b, 0), y.reduce((a, b) => a + b, 0)];
      const sxy = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      const [sxx, syy] = [x, y].map((own) => own.reduce((sum, value) => sum + value * value, 0));
      const slope = (n * sxy - sx * sy) / (n * sxx! - sx * sx);
      assert.ok(Math.abs(found!.slope - slope) <= 1e-9 * Math.max(1, Math.abs(slope)));
      const intercept = (sy - slope * sx) / n + base;
      assert.ok(Math.abs(found!.intercept - intercept) <= 1e-7 * Math.max(1, Math.abs(intercept)));
      const spread = n * syy! - sy * sy;
      if (spread === 0) return assert.equal(found!.rSquared, 1);
      const squared = (n * sxy - sx * sy) ** 2 / (n * sxx! - sx * sx) / spread;
      assert.ok(Math.abs(found!.rSquared - squared) <= 1e-7);
    }),
  );
});

test('leastSquares() finds a line that is there', () => {
  const found = line([0, 1, 2, 3], [5, 3, 1, -1]);
  assert.deepEqual(found, { slope: -2, intercept: 5, rSquared: 1 });
  assert.deepEqual(line([0, 1, 2], [7, 7, 7]), { slope: 0, intercept: 7, rSquared: 1 });
  assert.equal(line([3], [1]), undefined);
  assert.equal(line([], []), undefined);
});
