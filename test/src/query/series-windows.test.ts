import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointWindows } from '../../../native-free-core/query/point-windows.js';
import { SeriesWindows } from '../../../src/query/series-windows.js';

test('SeriesWindows has the mean of each window of each series, of cells and of points', () => {
  const windows = new SeriesWindows({ firstMs: 1_000, stepMs: 100, count: 3, groups: 3 });
  const cells = new PointWindows();
  cells.gather(Float64Array.of(1_010, 1_020, 1_250), Float64Array.of(1, 3, 8), 0, 3, 100);
  windows.visitCells(2, cells, 0, 2);
  windows.visit(2, Float64Array.of(1_099, 1_100, 1_300, 999), Float64Array.of(5, 7, 100, 100), 0, 4);
  windows.visit(0, Float64Array.of(1_299), Float64Array.of(-1), 0, 1);
  const found: unknown[] = [];
  windows.forEachSeries((ordinal, times, values, count) => {
    found.push([ordinal, [...times.subarray(0, count)], [...values.subarray(0, count)]]);
  });
  assert.deepEqual(found, [
    [0, [1_200], [-1]],
    [2, [1_000, 1_100, 1_200], [3, 7, 8]],
  ]);
});
