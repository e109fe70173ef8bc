import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import { pointStatistics } from '../../../src/query/point-statistics.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';
import { ValueColumn } from '../../../src/query/value-column.js';

test('pointStatistics() ends before its next half when nobody waits any more', () => {
  for (const halves of [0, 1]) {
    let looks = 0;
    const stop = new StopCheck(systemClock, 60_000, () => looks++ >= halves);
    const column = new ValueColumn();
    column.append(Float64Array.of(3, 1, 2), 0, 3);
    assert.throws(() => pointStatistics(column, [], new ValueColumn(), stop), QueryCancelled);
    assert.equal(looks, halves + 1);
  }
});
