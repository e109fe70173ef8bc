import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnomalyList } from '../../../src/query/anomaly-list.js';

test('AnomalyList keeps the strangest, of equal scores the earlier, and gives them by time', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 12 }), (given, limit) => {
      const items = given.map((score, i) => ({
        ordinal: i % 3,
        timeMs: Math.floor(i / 3),
        value: i,
        score,
        zScore: 0,
        expected: 0,
      }));
      const list = new AnomalyList(limit);
      for (const item of items) list.add(item);
      const expected = [...items]
        .sort((a, b) => b.score - a.score || a.timeMs - b.timeMs || a.ordinal - b.ordinal)
        .slice(0, limit)
        .sort((a, b) => a.timeMs - b.timeMs || a.ordinal - b.ordinal);
      assert.equal(list.total, items.length);
      assert.deepEqual(list.take(), expected);
    }),
    { numRuns: 500 },
  );
});
