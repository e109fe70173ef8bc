import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Sketch } from '../../../native-free-core/histogram/sketch.js';
import { shapeOf } from '../../../native-free-core/statistics/shape.js';
import { sketchBetween, sketchShape } from '../../../native-free-core/statistics/sketch-statistics.js';
import { momentsOf } from '../../../src/query/moments.js';
import { normal } from '../trend/noise.js';

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

test('sketchShape() is near the shape of the values', () => {
  for (const make of [(x: number) => x, (x: number) => Math.exp(x), (x: number) => 1e300 * x]) {
    const next = normal(11);
    const values = Array.from({ length: 20_000 }, () => make(next()));
    const column = Float64Array.from(values);
    const { mean, stddev } = momentsOf(column, column.length);
    const exact = shapeOf(column, column.length, mean, stddev)!;
    const found = sketchShape(sketchOf(values))!;
    assert.ok(Math.abs(found.skewness - exact.skewness) <= 0.01 * (1 + Math.abs(exact.skewness)));
    assert.ok(Math.abs(found.kurtosis - exact.kurtosis) <= 0.02 * (1 + Math.abs(exact.kurtosis)));
  }
});

test('sketchShape() has no shape to tell of one bucket or none', () => {
  assert.equal(sketchShape(sketchOf([])), undefined);
  assert.equal(sketchShape(sketchOf([7, 7, 7])), undefined);
});

test('sketchBetween() counts every value once, off by the width of a bucket at most', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 200 }), (values) => {
      const edges = Float64Array.of(0, 100, 500, 1_000);
      const counts = [...sketchBetween(sketchOf(values), edges)];
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        values.length,
      );
      const surely = values.filter((value) => value < 99).length;
      const perhaps = values.filter((value) => value < 101).length;
      assert.ok(counts[0]! >= surely && counts[0]! <= perhaps, `${counts}`);
    }),
  );
});
