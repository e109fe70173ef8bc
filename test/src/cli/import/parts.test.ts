import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOf } from '../../../../src/cli/import/file-format.js';
import { ImportColumns } from '../../../../src/cli/import/import-columns.js';
import { IMPORT_BATCH_POINTS } from '../../../../src/cli/import/limits.js';
import { LineReport } from '../../../../src/cli/import/line-report.js';
import { PointLines } from '../../../../src/cli/import/point-lines.js';

test('ImportColumns keeps a point aside that lies too far from the first, and truncate() takes points back', () => {
  const columns = new ImportColumns();
  columns.add(1, 1, 0, 1);
  columns.add(1, 2, 2 ** 31, 2);
  assert.deepEqual([columns.count, columns.size, columns.isFull], [1, 2, true]);
  columns.truncate(1);
  assert.deepEqual([columns.count, columns.size, columns.isFull], [1, 1, false]);
  columns.add(1, 2, -(2 ** 31), 2);
  columns.clear();
  assert.deepEqual(
    [columns.count, columns.isFull, columns.baseMs, columns.values[0], columns.lines[0]],
    [1, false, -(2 ** 31), 2, 2],
  );
  columns.clear();
  for (let i = 0; i < IMPORT_BATCH_POINTS; i++) columns.add(1, i, 0.5, i);
  assert.equal(columns.isFull, true);
  columns.truncate(IMPORT_BATCH_POINTS - 1);
  assert.deepEqual([columns.isFull, columns.count], [false, IMPORT_BATCH_POINTS - 1]);
});

test('PointLines knows the line of every point that is not forgotten', () => {
  const lines = new PointLines();
  lines.add(0, Float64Array.of(2, 3, 4));
  lines.add(3, Float64Array.of(6, 9));
  lines.add(5, Float64Array.of(10));
  const check = (point: number, wanted: number | undefined) => assert.equal(lines.lineOf(point), wanted);
  for (const [point, line] of [2, 3, 4, 6, 9, 10].entries()) check(point, line);
  check(-1, undefined);
  check(6, undefined);
  lines.forgetBelow(4);
  check(2, undefined);
  check(3, 6);
  lines.forgetBelow(6);
  check(5, undefined);
  lines.add(6, Float64Array.of(20));
  check(6, 20);
});

test('LineReport keeps the first line of each reason, and tells the most frequent first', () => {
  const report = new LineReport();
  report.note('too_old', 30, 5);
  report.note('too_old', 10, 2);
  report.note('too_old', 20, 1);
  report.refuseLine(7, 'half a line');
  report.refuse(9, 4, 'the text "x"');
  assert.equal(report.rejected, 10);
  assert.deepEqual(
    report.lines().map((line) => line.split(' (')[0]),
    [
      '  too_old: 8, first on line 10',
      '  bad_line: 1, first on line 7',
      '  invalid_value: 1, first on line 9',
    ],
  );
  assert.match(report.lines()[2]!, /a value must be a finite number; got the text "x"/);
});

test('formatOf() goes by the name, else by the first bytes', () => {
  const check = (name: string, head: string, wanted: string) =>
    assert.equal(formatOf(name, Buffer.from(head)), wanted, name);
  check('a.csv', '{', 'csv');
  check('a.CSV.gz', '', 'csv');
  check('a.tsv', '', 'csv');
  check('a.ndjson', 'x', 'ndjson');
  check('a.jsonl.gz', 'x', 'ndjson');
  check('a.json', '{', 'ndjson');
  check('-', '{"name"', 'ndjson');
  check('-', '\ufeff \n{"name"', 'ndjson');
  check('-', 'timestamp,value', 'csv');
  check('metrics.2024', '{', 'ndjson');
  assert.throws(() => formatOf('a.json', Buffer.from(' [{')), /point a line/);
});
