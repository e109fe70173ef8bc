import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRIOR_COUNT_MIN, SplitPrior } from '../../../native-free-core/histogram/split-prior.js';

function priorOf(pairs: [place: number, count: number][]): SplitPrior {
  const prior = new SplitPrior();
  const places = Int32Array.from([-1, ...pairs.map(([place]) => place)]);
  const counts = Float64Array.from(pairs, ([, count]) => count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  prior.take(places, 1, counts, 0, pairs.length, total);
  return prior;
}

test('tryExpect() shares values as the set before did', () => {
  const prior = priorOf([
    [-10, 30],
    [5, 60],
    [9, 10],
  ]);
  const check = (low: number, middle: number, high: number, left: number) => {
    assert.equal(prior.tryExpect(low, middle, high, 200), true);
    assert.equal(prior.left, left);
  };
  check(-10, 5, 10, 60);
  check(-10, 6, 10, 180);
  check(-100, -50, 100, 0);
  check(5, 6, 9, 200);
});

test('tryExpect() expects nothing when too few values were there', () => {
  const prior = priorOf([
    [0, PRIOR_COUNT_MIN],
    [100, 1],
  ]);
  assert.equal(prior.tryExpect(0, 50, 101, 40), true);
  assert.equal(prior.tryExpect(1, 50, 101, 40), false);
  assert.equal(prior.tryExpect(101, 150, 200, 40), false);
  prior.clear();
  assert.equal(prior.tryExpect(0, 50, 101, 40), false);
  assert.equal(priorOf([[0, PRIOR_COUNT_MIN - 1]]).tryExpect(0, 50, 101, 40), false);
  assert.equal(new SplitPrior().tryExpect(0, 1, 2, 40), false);
});

test('tryExpect() allows for more distance when there are more values, or fewer were seen', () => {
  const parameterOf = (seen: number, count: number) => {
    const prior = priorOf([[0, seen]]);
    assert.equal(prior.tryExpect(0, 1, 2, count), true);
    assert.ok(prior.left >= 0 && prior.left <= count);
    return prior.parameter;
  };
  assert.ok(parameterOf(1000, 1000) > parameterOf(1000, 40));
  assert.ok(parameterOf(40, 1000) > parameterOf(1000, 1000));
  assert.ok(parameterOf(32, 2 ** 51) <= 26);
  assert.ok(parameterOf(2 ** 51, 32) >= 2);
});
