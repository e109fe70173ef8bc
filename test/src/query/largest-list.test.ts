import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LargestList } from '../../../src/query/largest-list.js';

test('LargestList gives the first by its order, whatever comes when', () => {
  const order = (a: number, b: number): number => b - a;
  fc.assert(
    fc.property(fc.array(fc.nat(40)), fc.integer({ min: 1, max: 12 }), (given, limit) => {
      const list = new LargestList(limit, order);
      for (const item of given) list.add(item);
      assert.deepEqual(list.take(), [...given].sort(order).slice(0, limit));
    }),
    { numRuns: 500 },
  );
});

test('LargestList keeps twice its limit at most', () => {
  let compared = 0;
  const list = new LargestList<number>(10, (a, b) => {
    compared++;
    return a - b;
  });
  for (let i = 0; i < 10_000; i++) list.add(i);
  // One look at each that is too late, and few sorts.
  assert.ok(compared < 10_500, `${compared} comparisons`);
  assert.deepEqual(list.take(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
