import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shapeOf } from '../../../native-free-core/statistics/shape.js';
import { momentsOf } from '../../../src/query/moments.js';

function shape(values: readonly number[]) {
  const column = Float64Array.from(values);
  const { mean, stddev } = momentsOf(column, column.length);
  return shapeOf(column, column.length, mean, stddev);
}

/** Central moments of whole numbers without rounding: n^k · m_k is whole. */
function exactShape(values: readonly number[]) {
  const n = BigInt(values.length);
  const sum = values.reduce((total, value) => total + BigInt(value), 0n);
  const scaled = (power: number) =>
    values.reduce((total, value) => total + (BigInt(value) * n - sum) ** BigInt(power), 0n);
  const [m2, m3, m4] = [2, 3, 4].map((power) => Number(scaled(power)) / Number(n));
  return { skewness: m3! / m2! ** 1.5, kurtosis: m4! / m2! ** 2 - 3 };
}

function checkNear(found: number, expected: number, tolerance = 1e-9): void {
  const allowed = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(found - expected) <= allowed, `${found}, expected ${expected}`);
}

test('shapeOf() is exact to rounding for whole numbers, also of a small spread on a large base', () => {
  const numbers = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 2_100 });
  fc.assert(
    fc.property(numbers, fc.constantFrom(0, 1e6, -1e12, 9e15 - 1_000), (few, base) => {
      const values = few.map((value) => value + base);
      const found = shape(values);
      if (new Set(values).size === 1) return assert.equal(found, undefined);
      const expected = exactShape(values);
      checkNear(found!.skewness, expected.skewness);
      checkNear(found!.kurtosis, expected.kurtosis);
    }),
  );
});

test('shapeOf() knows the shape of well-known sets', () => {
  const check = (values: number[], skewness: number, kurtosis: number) => {
    checkNear(shape(values)!.skewness, skewness);
    checkNear(shape(values)!.kurtosis, kurtosis);
  };
  check([0, 1], 0, -2);
  check([1, 2, 3, 4, 5], 0, -1.3);
  check([0, 0, 0, 1], 2 / Math.sqrt(3), -2 / 3);
});

test('shapeOf() has no shape to tell where there is no spread', () => {
  assert.equal(shape([]), undefined);
  assert.equal(shape([5]), undefined);
  assert.equal(shape([0.1, 0.1, 0.1]), undefined);
});

test('shapeOf() is the same for a · x + b with a above 0, also near the largest float64', () => {
  const values = [1, 2, 2, 3, 10, -4, 7, 7, 1, 0];
  const plain = shape(values)!;
  for (const factor of [2 ** -900, 3, 2 ** 1020]) {
    const scaled = shape(values.map((value) => value * factor))!;
    checkNear(scaled.skewness, plain.skewness);
    checkNear(scaled.kurtosis, plain.kurtosis);
  }
});
