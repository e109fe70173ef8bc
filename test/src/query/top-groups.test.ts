import assert from 'node:assert/strict';
import { it } from 'node:test';
import { topGroups } from '../../../src/query/top-groups.js';

const found = {
  source: 'raw' as const,
  parts: [],
  groups: [{ host: 'a' }, { host: 'b' }, { host: 'c' }, { host: 'd' }],
  firstMs: 0,
  stepMs: 1_000,
  count: 2,
  series: 4,
  columns: [
    Float64Array.of(9, 1, 2, Number.NaN, Number.NaN, Number.NaN, 0, 3),
    Float64Array.of(10, 11, 20, 21, 30, 31, 40, 41),
  ],
};

it('topGroups() keeps the groups with the largest last values, largest first', () => {
  const { groups, columns, series } = topGroups(found, 2);
  assert.deepEqual(groups, [{ host: 'd' }, { host: 'b' }]);
  assert.deepEqual(columns, [Float64Array.of(0, 3, 2, Number.NaN), Float64Array.of(40, 41, 20, 21)]);
  assert.equal(series, 4);
});

it('topGroups() keeps all when there are fewer, those without a value last', () => {
  assert.deepEqual(topGroups(found, 9).groups, [{ host: 'd' }, { host: 'b' }, { host: 'a' }, { host: 'c' }]);
});
