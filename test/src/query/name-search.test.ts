import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import { searchNames } from '../../../src/query/name-search.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';

const stop = new StopCheck(systemClock, 60_000);
const NAMES = ['mem', 'cpu_user', 'gpu_cpu', 'CPU', 'disk'];

test('searchNames() sorts, puts names that begin with the text first, and knows no case', () => {
  const check = (search: string | undefined, limit: number | undefined, expected: string[]): void => {
    assert.deepEqual(
      searchNames(NAMES, (name) => name, { search, limit }, stop),
      expected,
    );
  };
  check(undefined, undefined, ['CPU', 'cpu_user', 'disk', 'gpu_cpu', 'mem']);
  check('', 2, ['CPU', 'cpu_user']);
  check('cpu', undefined, ['CPU', 'cpu_user', 'gpu_cpu']);
  check('Cpu', 1, ['CPU']);
  check('pu', undefined, ['CPU', 'cpu_user', 'gpu_cpu']);
  check('nothing', undefined, []);
});

test('searchNames() of very many names ends when nobody waits for them, while it searches and while it sorts', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => `m${(i * 7_919) % 20_000}`);
  for (const looksMax of [0, 3, 20]) {
    let looks = 0;
    const cancelled = new StopCheck(systemClock, 60_000, () => ++looks > looksMax);
    assert.throws(() => searchNames(many, (name) => name, {}, cancelled), QueryCancelled);
  }
  const first = searchNames(many, (name) => name, { limit: 3 }, stop);
  assert.deepEqual(first, ['m0', 'm1', 'm10']);
});
