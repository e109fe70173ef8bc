import type { CellScalars } from './cell.js';

/** Some cells as columns: entry i of each is cell i, and what the fields mean stands in cell.ts. A CellRun is one. */
export interface CellColumns {
  length: number;
  readonly windowStartMs: Float64Array;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly firstValue: Float64Array;
  readonly firstTimeMs: Float64Array;
  readonly lastValue: Float64Array;
  readonly lastTimeMs: Float64Array;
}

/** The columns of cells, sketches apart. */
export const CELL_COLUMNS = [
  'windowStartMs',
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

/** Copies cell i. */
export function readScalars(run: CellColumns, i: number, to: CellScalars): void {
  to.count = run.count[i]!;
  to.sum = run.sum[i]!;
  to.squares = run.squares[i]!;
  to.min = run.min[i]!;
  to.max = run.max[i]!;
  to.firstValue = run.firstValue[i]!;
  to.firstTimeMs = run.firstTimeMs[i]!;
  to.lastValue = run.lastValue[i]!;
  to.lastTimeMs = run.lastTimeMs[i]!;
}
