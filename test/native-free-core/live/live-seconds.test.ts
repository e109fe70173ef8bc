import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coveredMs, endSecond, firstSecond } from '../../../native-free-core/live/live-seconds.js';

test('firstSecond() and endSecond() enclose a range in whole seconds, coveredMs() says how much it is', () => {
  const check = (fromMs: number, toMs: number, first: number, end: number, covered: number) =>
    assert.deepEqual([firstSecond(fromMs), endSecond(toMs), coveredMs(fromMs, toMs)], [first, end, covered]);
  check(0, 60_000, 0, 60, 60_000);
  check(500, 60_500, 0, 61, 60_500);
  check(1_999, 2_999, 1, 3, 1_999);
  check(2_000, 3_000, 2, 3, 1_000);
});
