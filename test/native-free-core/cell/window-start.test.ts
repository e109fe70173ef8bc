import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';

test('windowStartOf() is the multiple at or below the time when it is negative, fractional or on a boundary', () => {
  const check = (timeMs: number, windowMs: number, start: number) =>
    assert.equal(windowStartOf(timeMs, windowMs), start, `${timeMs} / ${windowMs}`);
  check(0, 60_000, 0);
  check(59_999.999, 60_000, 0);
  check(60_000, 60_000, 60_000);
  check(-1, 60_000, -60_000);
  check(-1e-300, 60_000, -60_000);
  check(-5e-324, 60_000, -60_000);
  check(-0, 60_000, 0);
  check(-60_000, 60_000, -60_000);
  check(1_764_669_659_999.9998, 60_000, 1_764_669_600_000);
  check(8.64e15, 86_400_000, 8.64e15);
});

test('windowStartOf() holds the time when it lies one step of a float64 below a boundary', () => {
  const bits = new Float64Array(1);
  const words = new BigInt64Array(bits.buffer);
  for (const windowMs of [1, 3, 1000, 7_777, 60_000, 3_600_000, 86_400_000]) {
    for (let k = 1; k < 2e9; k = k * 3 + 1) {
      bits[0] = k * windowMs;
      words[0] = words[0]! - 1n;
      const start = windowStartOf(bits[0]!, windowMs);
      assert.equal(start, (k - 1) * windowMs, `${k} * ${windowMs}`);
    }
  }
});
