import assert from 'node:assert/strict';
import type { Cell } from '../../../native-free-core/cell/cell.js';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';

export const SCALARS = [
  'count',
  'sum',
  'squares',
  'min',
  'max',
  'firstValue',
  'firstTimeMs',
  'lastValue',
  'lastTimeMs',
] as const;

/** One cell of a run as plain data, bit for bit but for -0, which no cell holds. */
export function cellAt(run: CellRun, i: number): Record<string, unknown> {
  const from = run.bucketStart(i);
  const to = run.bucketEnd[i]!;
  return {
    windowStartMs: run.windowStartMs[i],
    ...Object.fromEntries(SCALARS.map((field) => [field, run[field][i]])),
    indexes: Array.from(run.bucketIndexes.subarray(from, to)),
    counts: Array.from(run.bucketCounts.subarray(from, to)),
  };
}

export function cellData(cell: Cell): Record<string, unknown> {
  return {
    ...Object.fromEntries(SCALARS.map((field) => [field, cell[field]])),
    indexes: Array.from(cell.sketch.indexes.subarray(0, cell.sketch.length)),
    counts: Array.from(cell.sketch.counts.subarray(0, cell.sketch.length)),
  };
}

export function assertSameRuns(actual: CellRun, expected: CellRun): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) assert.deepStrictEqual(cellAt(actual, i), cellAt(expected, i));
}

export function runOf(
  points: readonly (readonly [timeMs: number, value: number])[],
  windowMs: number,
): CellRun {
  const run = new CellRun();
  const times = Float64Array.from(points, ([time]) => time);
  const values = Float64Array.from(points, ([, value]) => value);
  run.accumulate(times, values, 0, times.length, windowMs);
  return run;
}
