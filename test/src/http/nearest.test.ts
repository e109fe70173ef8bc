import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearest } from '../../../src/http/nearest.js';

test('editDistance() counts inserts, deletes, changes and swaps up to its limit', () => {
  const check = (a: string, b: string, distance: number): void =>
    assert.equal(editDistance(a, b, 3), distance, `${a} ${b}`);
  check('start', 'start', 0);
  check('strat', 'start', 1);
  check('star', 'start', 1);
  check('kitten', 'sitting', 3);
  check('', 'abc', 3);
  check('abcdef', 'uvwxyz', 4);
});

test('nearest() ranks by distance and leaves strangers out', () => {
  assert.deepEqual(nearest('cpu_usge', ['disk', 'cpu_usage', 'cpu_usages', 'memory'], 3), [
    'cpu_usage',
    'cpu_usages',
  ]);
  assert.deepEqual(nearest('latency', ['api.latency', 'x'], 3), ['api.latency']);
  assert.deepEqual(nearest('zzz', ['abc'], 3), []);
  assert.deepEqual(nearest('nope', ['e', 'no', 'b'], 3), ['no']);
});

test('nearest() puts what lacks less first when one is a part of the other', () => {
  assert.deepEqual(nearest('metric_nam', ['metric', 'metric_name'], 1), ['metric_name']);
});
