import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countBetween } from '../../../native-free-core/statistics/count-between.js';
import { equalEdges, niceEdges } from '../../../native-free-core/statistics/histogram-edges.js';

/** The definition, value by value. */
function naive(values: readonly number[], edges: Float64Array): number[] {
  const last = edges.length - 2;
  return Array.from({ length: last + 1 }, (_, i) => {
    const inside = (value: number) => value >= edges[i]! && (value < edges[i + 1]! || i === last);
    return values.filter(inside).length;
  });
}

test('countBetween() counts each value in the bucket whose edges hold it', () => {
  const value = fc.oneof(
    fc.integer({ min: -30, max: 30 }).map((n) => n / 10),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const property = fc.property(
    fc.array(value, { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 0, max: 70 }),
    (values, buckets) => {
      const [min, max] = [Math.min(...values), Math.max(...values)];
      const edges = buckets === 0 ? niceEdges(min, max, 0.1) : equalEdges(min, max, buckets);
      const counts = countBetween(Float64Array.from(values), values.length, edges);
      assert.deepEqual([...counts], naive(values, edges));
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        values.length,
      );
    },
  );
  fc.assert(property, { numRuns: 2_000 });
});
