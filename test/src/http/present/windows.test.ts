import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonBytes } from '../../../../src/http/present/json-bytes.js';
import {
  countWindowRows,
  windowRows,
  windowsAsColumns,
  writeWindowRows,
  writeWindowsAsColumns,
} from '../../../../src/http/present/windows.js';

const NAMES = ['value', 'p99_9'];

const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 1e21, 5e-324));

/** Two groups of up to four windows, two columns. */
const found = fc.integer({ min: 0, max: 4 }).chain((count) =>
  fc.array(value, { minLength: 4 * count, maxLength: 4 * count }).map((values) => ({
    dataSource: 'metrics',
    series: 2,
    groupsTotal: 2,
    groups: [{ host: 'a"\n' }, { host: 'ü' }],
    firstMs: 1_700_000_000_000,
    stepMs: 60_000,
    count,
    columns: [Float64Array.from(values.slice(0, 2 * count)), Float64Array.from(values.slice(2 * count))],
  })),
);

function textOf(write: (out: JsonBytes) => void): string {
  const out = new JsonBytes();
  write(out);
  return new TextDecoder().decode(out.take());
}

test('writeWindowRows() writes what JSON.stringify makes of windowRows()', () => {
  fc.assert(
    fc.property(found, fc.boolean(), fc.boolean(), (result, isFilled, isGrouped) => {
      const asked = { groupBy: isGrouped ? ['host'] : [], isFilled };
      const rows = windowRows(asked, result, NAMES);
      assert.equal(
        textOf((out) => writeWindowRows(asked, result, NAMES, out)),
        JSON.stringify(rows),
      );
      assert.equal(countWindowRows(asked, result), rows.length);
    }),
  );
});

test('writeWindowsAsColumns() writes what JSON.stringify makes of windowsAsColumns()', () => {
  fc.assert(
    fc.property(found, fc.boolean(), fc.boolean(), (result, isFilled, isGrouped) => {
      const asked = { groupBy: isGrouped ? ['host'] : [], isFilled };
      const text = textOf((out) => writeWindowsAsColumns(asked, result, NAMES, out));
      assert.equal(text, JSON.stringify(windowsAsColumns(asked, result, NAMES)));
    }),
  );
});

test('windowRows() leaves windows without points out, or has null for them; what is not finite is null', () => {
  const result = {
    dataSource: 'metrics',
    series: 2,
    groupsTotal: 2,
    groups: [{}],
    firstMs: 0,
    stepMs: 1_000,
    count: 3,
    columns: [Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY)],
  };
  const values = (isFilled: boolean): unknown[] =>
    windowRows({ groupBy: [], isFilled }, result, ['value']).map((row) => row['value']);
  assert.deepEqual(values(false), [1, null]);
  assert.deepEqual(values(true), [1, null, null]);
});

test('windowsAsColumns() has a time for each window of any series, and a value or null at each', () => {
  const result = {
    dataSource: 'metrics',
    series: 2,
    groupsTotal: 2,
    groups: [{ host: 'a' }, { host: 'b' }],
    firstMs: 0,
    stepMs: 1_000,
    count: 3,
    columns: [Float64Array.of(1, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 6)],
  };
  assert.deepEqual(windowsAsColumns({ groupBy: ['host'], isFilled: false }, result, ['value']), {
    data_source: 'metrics',
    series_selected: 2,
    groups_total: 2,
    times: [0, 2_000],
    series: [
      { labels: { host: 'a' }, values: [1, null] },
      { labels: { host: 'b' }, values: [null, 6] },
    ],
  });
});
