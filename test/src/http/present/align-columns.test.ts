import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMN_PLACES_MAX, ROWS_AT_ONCE } from '../../../../src/http/limits.js';
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
    message: /2000 times or more of 2001 series/,
  });
});

/** Series of so many points each, and no time of one is a time of another. */
const lines = (count: number, points: number, timeOf = (i: number): number => i) =>
  Array.from({ length: count }, (_, line) => {
    const timesMs = Float64Array.from({ length: points }, (_, i) => timeOf(i) * count + line);
    return { labels: {}, timesMs, values: timesMs };
  });

test('alignColumns() refuses what has too many times without collecting them all', (t) => {
  const check = (count: number, points: number, addsMax: number): void => {
    const series = lines(count, points);
    const add = t.mock.method(Set.prototype, 'add');
    assert.throws(() => alignColumns(series), { code: 'MR_QUERY_TOO_BIG' });
    const adds = add.mock.callCount();
    add.mock.restore();
    assert.ok(adds <= addsMax, `${adds} times of ${count} series of ${points} points were collected`);
  };
  check(2, COLUMN_PLACES_MAX / 2 + 1, 0);
  check(1_000, 1_000, COLUMN_PLACES_MAX / 1_000 + ROWS_AT_ONCE);
  // What counts are times, not points: these are at few of them.
  const same = lines(5, COLUMN_PLACES_MAX / 4, (i) => Math.floor(i / 1_000));
  assert.equal(alignColumns(same).times.length, (5 * COLUMN_PLACES_MAX) / 4 / 1_000);
});

test('alignColumns() looks between some points and the next, also of one series', () => {
  const points = 20 * ROWS_AT_ONCE;
  const series = lines(1, points);
  let looks = 0;
  alignColumns(series, () => looks++);
  assert.ok(looks >= 40, `${looks} looks at ${points} points`);
  for (let last = 1; last <= looks; last++) {
    let left = last;
    const look = (): void => {
      if (--left === 0) throw new Error('enough');
    };
    assert.throws(() => alignColumns(series, look), /enough/);
  }
});
