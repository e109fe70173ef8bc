import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { CellRun } from '../../native-free-core/cell/cell-run.js';
import type { Aggregation, AggregationKind } from '../../native-free-core/query/aggregation.js';
import { PointWindows } from '../../native-free-core/query/point-windows.js';
import { ScalarGrid } from '../../native-free-core/query/scalar-grid.js';
import { SketchGrid } from '../../native-free-core/query/sketch-grid.js';
import type { WindowShape } from '../../native-free-core/query/window-shape.js';
import type { CellVisitor } from './cell-scan.js';
import type { SeriesGroups } from './series-groups.js';
import { checkSketches } from './stop-check.js';
import type { ValueColumn } from './value-column.js';
import { ValueGrid } from './value-grid.js';

/** Columns that a query thread uses again from query to query. */
export interface ValueMemory {
  values: ValueColumn;
  scratch: ValueColumn;
}

// Scratch of this thread; nothing of it outlives a call.
const windows = new PointWindows();

/** Adds what a scan finds to the windows of its groups: no object a point, and nothing that no aggregation asks for. */
export class WindowVisitor implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly scalars: ScalarGrid;
  readonly sketches: SketchGrid | undefined;
  readonly values: ValueGrid | undefined;
  readonly #groups: SeriesGroups;
  readonly #stepMs: number;
  /** Whether points go into the grid as they are. */
  readonly #hasSumsAlone: boolean;

  /** `isExact`: all comes from raw points, so percentiles are taken from the values themselves. */
  constructor(
    shape: WindowShape,
    groups: SeriesGroups,
    aggregations: readonly Aggregation[],
    isExact: boolean,
    memory: ValueMemory,
  ) {
    const has = (...kinds: AggregationKind[]): boolean =>
      aggregations.some(({ kind }) => kinds.includes(kind));
    const hasSketches = has('percentile') && !isExact;
    this.#groups = groups;
    this.#stepMs = shape.stepMs;
    this.scalars = new ScalarGrid(shape, {
      sums: has('sum', 'mean'),
      squares: has('stddev', 'variance'),
      extremes: has('min', 'max', 'range') || hasSketches,
      ends: has('first', 'last'),
    });
    if (hasSketches) this.sketches = new SketchGrid(shape);
    if (has('distinct') || (has('percentile') && isExact)) {
      this.values = new ValueGrid(shape, memory.values, memory.scratch);
    }
    this.#hasSumsAlone =
      this.scalars.hasSumsAlone && this.sketches === undefined && this.values === undefined;
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const group = this.#groups.of(ordinal);
    if (this.#hasSumsAlone) return this.scalars.addPoints(group, times, values, from, to);
    for (let at = from; at < to; ) {
      at = windows.gather(times, values, at, to, this.#stepMs);
      this.scalars.add(group, ordinal, windows, 0, windows.length);
      this.sketches?.addPoints(group, windows, values);
      this.values?.add(group, windows, values);
    }
    if (this.sketches !== undefined) checkSketches(this.sketches.bytes);
  }

  get wantsSketches(): boolean {
    return this.sketches !== undefined;
  }

  visitCells(ordinal: number, cells: CellColumns, from: number, to: number): void {
    const group = this.#groups.of(ordinal);
    this.scalars.add(group, ordinal, cells, from, to);
    if (this.sketches === undefined || !(cells instanceof CellRun)) return;
    this.sketches.addCells(group, cells, from, to);
    checkSketches(this.sketches.bytes);
  }
}
