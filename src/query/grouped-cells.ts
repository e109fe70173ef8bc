import { Cell, type CellScalars } from '../../native-free-core/cell/cell.js';
import { type CellColumns, readScalars } from '../../native-free-core/cell/cell-columns.js';
import type { CellRun } from '../../native-free-core/cell/cell-run.js';
import { BucketCounter } from '../../native-free-core/histogram/bucket-counter.js';
import { PointWindows } from '../../native-free-core/query/point-windows.js';
import type { CellVisitor } from './cell-scan.js';
import type { Selection } from './selection.js';
import { SeriesEnds } from './series-ends.js';
import type { SeriesGroups } from './series-groups.js';
import { checkSketches } from './stop-check.js';

// Scratch of this thread; nothing of it outlives a call.
const counter = new BucketCounter();
const windows = new PointWindows();
const scalars: CellScalars = {
  ...{ count: 0, sum: 0, squares: 0, min: 0, max: 0 },
  ...{ firstValue: 0, firstTimeMs: 0, lastValue: 0, lastTimeMs: 0 },
};
let indexes = new Int32Array(64);
let counts = new Float64Array(64);

/** A cell for each group, of all that a scan finds in tiers and among points that are in none yet. */
export class GroupedCells implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = true;
  readonly ends: SeriesEnds;
  readonly cells: readonly Cell[];
  readonly #groups: SeriesGroups;
  #bytes: number;

  constructor(selection: Selection, groups: SeriesGroups) {
    this.ends = new SeriesEnds(selection, groups);
    this.#bytes = new Cell().sketch.bytes * groups.count;
    checkSketches(this.#bytes);
    this.cells = groups.labels.map(() => new Cell());
    this.#groups = groups;
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const cell = this.cells[this.#groups.of(ordinal)]!;
    const before = cell.sketch.bytes;
    for (let at = from; at < to; ) {
      const next = windows.gather(times, values, at, to, Number.POSITIVE_INFINITY);
      for (let i = 0; i < windows.length; i++) mergeScalars(cell, windows, i);
      addBuckets(cell, values, at, next);
      at = next;
    }
    this.#grown(cell.sketch.bytes - before);
    this.ends.add(ordinal, times, values, from, to);
  }

  visitCells(ordinal: number, run: CellRun, from: number, to: number): void {
    const cell = this.cells[this.#groups.of(ordinal)]!;
    const before = cell.sketch.bytes;
    for (let i = from; i < to; i++) {
      mergeScalars(cell, run, i);
      cell.sketch.addBuckets(run.bucketIndexes, run.bucketCounts, run.bucketStart(i), run.bucketEnd[i]!);
    }
    this.#grown(cell.sketch.bytes - before);
    this.ends.addCells(ordinal, run, from, to);
  }

  #grown(bytes: number): void {
    if (bytes === 0) return;
    this.#bytes += bytes;
    checkSketches(this.#bytes);
  }
}

function mergeScalars(cell: Cell, from: CellColumns, i: number): void {
  readScalars(from, i, scalars);
  cell.mergeScalars(scalars);
}

function addBuckets(cell: Cell, values: Float64Array, from: number, to: number): void {
  if (to - from > indexes.length) {
    indexes = new Int32Array(2 * (to - from));
    counts = new Float64Array(2 * (to - from));
  }
  const length = counter.countInto(values, from, to, indexes, counts, 0);
  cell.sketch.addBuckets(indexes, counts, 0, length);
}
