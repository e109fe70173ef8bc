import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bucketIndex } from '../../../native-free-core/histogram/bucket.js';
import { BucketCounter } from '../../../native-free-core/histogram/bucket-counter.js';

const finite = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
);

test('countInto() counts each bucket once and ascending when values are few, many, equal and extreme', () => {
  const counter = new BucketCounter();
  fc.assert(
    fc.property(fc.array(finite, { maxLength: 60 }), fc.nat(5), (values, at) => {
      const expected = new Map<number, number>();
      for (const value of values)
        expected.set(bucketIndex(value), (expected.get(bucketIndex(value)) ?? 0) + 1);
      const indexes = new Int32Array(at + values.length);
      const counts = new Float64Array(at + values.length);
      const end = counter.countInto(
        Float64Array.from([9, ...values]),
        1,
        values.length + 1,
        indexes,
        counts,
        at,
      );
      const pairs = [...expected].sort((a, b) => a[0] - b[0]);
      assert.deepEqual(
        Array.from(indexes.subarray(at, end), (index, i) => [index, counts[at + i]]),
        pairs,
      );
    }),
    { numRuns: 500 },
  );
});
