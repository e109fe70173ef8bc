import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { momentsOf } from '../../../src/query/moments.js';

/** Exact sums of whole numbers, as a reference. */
function exact(values: readonly number[]): { sum: number; variance: number } {
  const whole = values.map(BigInt);
  const count = BigInt(whole.length);
  const sum = whole.reduce((a, b) => a + b, 0n);
  const squares = whole.reduce((a, b) => a + b * b, 0n);
  // n² times the variance is n Σv² − (Σv)², a whole number.
  return { sum: Number(sum), variance: Number(count * squares - sum * sum) / Number(count * count) };
}

describe('momentsOf()', () => {
  it('is exact to rounding for whole numbers, also of a small spread on a large base', () => {
    const numbers = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(numbers, fc.constantFrom(0, 1e6, -1e12, 9e15 - 1_000), (few, base) => {
        const values = few.map((value) => value + base);
        const { sum, variance } = exact(values);
        const moments = momentsOf(Float64Array.from(values), values.length);
        assert.equal(moments.count, values.length);
        assert.equal(moments.sum, sum);
        assert.equal(moments.min, Math.min(...values));
        assert.equal(moments.max, Math.max(...values));
        assert.ok(Math.abs(moments.stddev - Math.sqrt(variance)) <= 1e-9 * Math.sqrt(variance) + 1e-12);
      }),
    );
  });

  it('keeps what plain addition loses', () => {
    const values = Float64Array.of(1e16, 1, -1e16, 1, 1e100, 2, -1e100);
    assert.equal(momentsOf(values, values.length).sum, 4);
    const tenths = new Float64Array(1_000_000).fill(0.1);
    tenths[0] = 0.2;
    assert.equal(momentsOf(tenths, tenths.length).sum, 100_000.1);
  });

  it('has a finite mean and stddev whatever the values', () => {
    const max = Number.MAX_VALUE;
    for (const values of [
      [max, max / 2, max],
      [-max, max],
      [max, 0, 0, -max / 3],
      [1e200, -1e200, 5],
    ]) {
      const { mean, stddev, min, max: largest } = momentsOf(Float64Array.from(values), values.length);
      assert.ok(Number.isFinite(mean) && mean >= min && mean <= largest, `mean ${mean} of ${values}`);
      assert.ok(Number.isFinite(stddev) && stddev > 0, `stddev ${stddev} of ${values}`);
    }
    const { mean, stddev } = momentsOf(Float64Array.of(-max, max), 2);
    assert.equal(mean, 0);
    assert.equal(stddev, max);
  });

  it('keeps the spread of values whose squares vanish', () => {
    const { stddev } = momentsOf(Float64Array.of(1e-200, 3e-200, 1e-200, 3e-200), 4);
    assert.ok(Math.abs(stddev - 1e-200) <= 1e-215, `stddev ${stddev}`);
    assert.ok(momentsOf(Float64Array.of(5e-324, 0), 2).stddev >= 0);
  });

  it('answers zeros for nothing and no spread for equal values', () => {
    assert.deepEqual(momentsOf(new Float64Array(1), 0), {
      count: 0,
      sum: 0,
      mean: 0,
      min: 0,
      max: 0,
      stddev: 0,
    });
    const tenths = new Float64Array(10).fill(0.1);
    assert.deepEqual(momentsOf(tenths, 10), { count: 10, sum: 1, mean: 0.1, min: 0.1, max: 0.1, stddev: 0 });
  });
});
