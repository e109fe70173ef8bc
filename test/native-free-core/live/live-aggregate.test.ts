import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveAggregate } from '../../../native-free-core/live/live-aggregate.js';

test('LiveAggregate answers NaN while it is empty', () => {
  const aggregate = new LiveAggregate();
  for (const value of [
    aggregate.mean,
    aggregate.variance,
    aggregate.stddev,
    aggregate.lastValue,
    aggregate.quantile(50),
  ]) {
    assert.ok(Number.isNaN(value));
  }
  assert.equal(aggregate.partial, false);
});

test('LiveAggregate is exact when all values are the same', () => {
  const aggregate = new LiveAggregate();
  for (let i = 0; i < 3; i++) {
    aggregate.addMoments(3, 0.1 * 3, 0);
    aggregate.addExtremes(0.1, 0.1);
  }
  assert.equal(aggregate.mean, 0.1);
  assert.equal(aggregate.stddev, 0);
  assert.ok(aggregate.partial);
  assert.equal(aggregate.quantile(99), 0.1);
});

test('LiveAggregate.addLast() keeps the latest time, then the larger value', () => {
  const aggregate = new LiveAggregate();
  const check = (timeMs: number, value: number, lastTimeMs: number, lastValue: number) => {
    aggregate.addLast(timeMs, value);
    assert.deepEqual([aggregate.lastTimeMs, aggregate.lastValue], [lastTimeMs, lastValue]);
  };
  check(5, 1, 5, 1);
  check(4, 9, 5, 1);
  check(5, -1, 5, 1);
  check(5, 2, 5, 2);
  check(6, 0, 6, 0);
});

test('LiveAggregate.quantile() is NaN when no point found a page', () => {
  const aggregate = new LiveAggregate();
  aggregate.addMoments(2, 3, 0.5);
  aggregate.addExtremes(1, 2);
  assert.ok(aggregate.partial && Number.isNaN(aggregate.quantile(50)));
});
