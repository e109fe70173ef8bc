import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lowerBound } from '../../../native-free-core/query/lower-bound.js';

test('lowerBound() is where the times before and those from the time on meet', () => {
  const time = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(fc.array(time, { maxLength: 12 }), time, fc.nat(12), fc.nat(12), (given, timeMs, a, b) => {
      const times = Float64Array.from(given).sort();
      const from = Math.min(a, b, times.length);
      const to = Math.min(Math.max(a, b), times.length);
      const before = times.subarray(from, to).filter((each) => each < timeMs).length;
      assert.equal(lowerBound(times, from, to, timeMs), from + before);
    }),
  );
});
