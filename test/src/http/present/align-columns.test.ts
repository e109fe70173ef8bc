import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignColumns } from '../../../../src/http/present/align-columns.js';

test('alignColumns() puts series on all of their times, with null where there is no value', () => {
  const aligned = alignColumns([
    { labels: { host: 'a' }, timesMs: [1, 3], values: [10, 30] },
    { labels: { host: 'b' }, timesMs: [2, 3, 3], values: [Number.NaN, 31, 32] },
    { labels: {}, timesMs: [], values: [] },
  ]);
  assert.deepEqual(aligned, {
    times: [1, 2, 3],
    series: [
      { labels: { host: 'a' }, values: [10, null, 30] },
      { labels: { host: 'b' }, values: [null, null, 32] },
      { labels: {}, values: [null, null, null] },
    ],
  });
});

test('alignColumns() refuses lines without common times that would fill the memory', () => {
  const lines = Array.from({ length: 2_001 }, (_, line) => ({ labels: {}, timesMs: [line], values: [1] }));
  assert.equal(alignColumns(lines.slice(1)).times.length, 2_000);
  assert.throws(() => alignColumns(lines), {
    code: 'MR_QUERY_TOO_BIG',
    message: /2001 times of 2001 series/,
  });
});
