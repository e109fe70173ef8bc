import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenSeries } from '../../../native-free-core/trend/even-grid.js';

test('evenSeries() fills gaps by straight lines, on the step at which most points come', () => {
  const check = (times: number[], values: number[], stepMs: number, expected: number[], invented: number) => {
    const found = evenSeries(Float64Array.from(times), Float64Array.from(values), times.length, 10);
    assert.equal(found.stepMs, stepMs);
    assert.equal(found.startMs, times[0] ?? 0);
    assert.deepEqual([...found.values], expected);
    assert.equal(found.invented, invented);
  };
  check([100, 110, 120], [1, 2, 3], 10, [1, 2, 3], 0);
  check([100, 110, 120, 150], [1, 2, 3, 6], 10, [1, 2, 3, 4, 5, 6], 2);
  check([0, 50, 100, 200], [1, 2, 3, 5], 50, [1, 2, 3, 4, 5], 1);
  check([0, 50, 90, 140], [1, 2, 4, 9], 50, [1, 2, 5], 0);
  check([0, 30], [1, 4], 30, [1, 4], 0);
  check([70], [1], 10, [1], 0);
  check([], [], 10, [], 0);
});
