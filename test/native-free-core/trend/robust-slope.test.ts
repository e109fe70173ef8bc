import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { robustSlope } from '../../../native-free-core/trend/robust-slope.js';

const slopeOf = (y: readonly number[], x = y.map((_, i) => i)) =>
  robustSlope(Float64Array.from(x), Float64Array.from(y), y.length);

test('robustSlope() is the median of the slopes of all pairs', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 2, maxLength: 40 }), (y) => {
      const slopes = y
        .flatMap((value, i) => y.slice(0, i).map((before, j) => (value - before) / (i - j)))
        .sort((a, b) => a - b);
      const half = slopes.length / 2;
      const median = (slopes[Math.ceil(half) - 1]! + slopes[Math.floor(half)]!) / 2;
      assert.equal(slopeOf(y), median);
    }),
  );
});

test('robustSlope() is not moved by spikes, also of many points', () => {
  for (const count of [50, 1_000]) {
    const y = Array.from({ length: count }, (_, i) => 2 * i + (i % 7 === 3 ? 1e6 : 0));
    assert.ok(Math.abs(slopeOf(y) - 2) < 0.5, `${slopeOf(y)}`);
  }
});

test('robustSlope() is NaN without two times', () => {
  assert.equal(slopeOf([1]), Number.NaN);
  assert.equal(slopeOf([1, 2], [5, 5]), Number.NaN);
});
