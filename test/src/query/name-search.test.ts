import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchNames } from '../../../src/query/name-search.js';

const NAMES = ['mem', 'cpu_user', 'gpu_cpu', 'CPU', 'disk'];

test('searchNames() sorts, puts names that begin with the text first, and knows no case', () => {
  const check = (search: string | undefined, limit: number | undefined, expected: string[]): void => {
    assert.deepEqual(
      searchNames(NAMES, (name) => name, { search, limit }),
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
