import assert from 'node:assert/strict';
import { test } from 'node:test';
import { niceStepMs } from '../../../native-free-core/query/nice-step.js';

test('niceStepMs() is the shortest window that reads well and makes no more than so many', () => {
  const check = (lengthMs: number, windows: number, expectedMs: number) =>
    assert.equal(niceStepMs(lengthMs, windows), expectedMs);
  check(3_600_000, 120, 30_000);
  check(3_600_000, 100, 60_000);
  check(1, 120, 1_000);
  check(86_400_000, 120, 900_000);
  check(7 * 86_400_000, 120, 2 * 3_600_000);
  check(365 * 86_400_000, 120, 4 * 86_400_000);
});
