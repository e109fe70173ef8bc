import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import { fullStatistics } from '../../../src/query/full-statistics.js';
import { VALUES_AT_ONCE } from '../../../src/query/limits.js';
import { pointStatistics } from '../../../src/query/point-statistics.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';
import { ValueColumn } from '../../../src/query/value-column.js';

const COUNT = 2 * VALUES_AT_ONCE + 3;
/** Shuffled: 7 and the count have no divisor in common. */
const VALUES = Float64Array.from({ length: COUNT }, (_, i) => (i * 7) % COUNT);

/** Runs `act` to its end, and then so that each of some of its looks at the stop flag finds that nobody waits any more. */
function check<T>(act: (column: ValueColumn, stop: StopCheck) => T, looksMin: number): T {
  let looks = 0;
  let looksMax = Number.POSITIVE_INFINITY;
  const run = (): T => {
    looks = 0;
    const column = new ValueColumn(COUNT);
    column.append(VALUES, 0, COUNT);
    return act(column, new StopCheck(systemClock, 60_000, () => ++looks > looksMax));
  };
  const found = run();
  assert.ok(looks >= looksMin, `${looks} looks`);
  const all = looks;
  for (looksMax of [0, 2, all >> 1, all - 1]) assert.throws(run, QueryCancelled, `look ${looksMax + 1}`);
  return found;
}

test('pointStatistics() of very many values ends when nobody waits any more, and is right when somebody does', () => {
  const found = check((column, stop) => pointStatistics(column, [1], new ValueColumn(), stop), 9);
  const { count, sum, min, max, p50, percentiles } = found;
  assert.deepEqual([count, sum, min, max], [COUNT, (COUNT * (COUNT - 1)) / 2, 0, COUNT - 1]);
  assert.deepEqual([p50, percentiles], [Math.ceil(COUNT / 2) - 1, [Math.ceil(COUNT / 100) - 1]]);
});

test('fullStatistics() of very many values ends when nobody waits any more, and is right when somebody does', () => {
  const wish = { percentiles: [25, 50], buckets: 4 };
  const found = check((column, stop) => fullStatistics(column, wish, new ValueColumn(), stop), 14);
  for (const inBucket of found.counts) assert.ok(Math.abs(inBucket - COUNT / 4) <= 1);
  assert.equal(
    Array.from(found.counts).reduce((sum, inBucket) => sum + inBucket, 0),
    COUNT,
  );
  assert.equal(found.percentiles.get(50), Math.ceil(COUNT / 2) - 1);
  // Of a uniform distribution.
  assert.ok(Math.abs(found.shape!.skewness) < 1e-6 && Math.abs(found.shape!.kurtosis + 1.2) < 1e-6);
});
