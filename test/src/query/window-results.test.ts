import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAggregation } from '../../../native-free-core/query/aggregation.js';
import { systemClock } from '../../../src/clock.js';
import type { CounterGrid } from '../../../src/query/counter-grid.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';
import { windowColumns } from '../../../src/query/window-results.js';

test('windowColumns() ends when nobody waits any more, in the midst of rolling windows', () => {
  let asked = 0;
  const counters = { increase: () => ++asked } as unknown as CounterGrid;
  const stop = new StopCheck(systemClock, 60_000, () => asked > 100);
  const shape = { firstMs: 0, stepMs: 1_000, count: 500_000, groups: 1 };
  const gathered = { shape, visitor: undefined, counters, rolled: 1_000, lengthMs: 1_000_000 };
  assert.throws(() => windowColumns(gathered, [parseAggregation('increase')!], stop), QueryCancelled);
  assert.ok(asked < 200, `${asked} rows were made`);
});
