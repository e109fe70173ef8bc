import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderOfRuns } from '../../../src/query/run-order.js';

test('orderOfRuns() goes by whose runs are, and for each in the order of the list', () => {
  const runs = Uint32Array.of(2, 0, 5, 0, 5, 6, 2, 6, 9, 1, 9, 9, 0, 9, 12, 77, 77);
  assert.deepEqual([...orderOfRuns(runs, 15, 4)], [3, 12, 9, 0, 6]);
  assert.deepEqual([...orderOfRuns(runs, 0, 4)], []);
});
