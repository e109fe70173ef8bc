import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptMoment } from '../../../../src/http/parameter/kept-moment.js';

test('keptMoment() is the next whole minute', () => {
  const check = (nowMs: number, expectedMs: number) => assert.equal(keptMoment(nowMs), expectedMs);
  check(1_700_000_040_000, 1_700_000_040_000);
  check(1_700_000_040_001, 1_700_000_100_000);
  check(1_700_000_099_999, 1_700_000_100_000);
});
