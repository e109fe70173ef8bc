import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { type WindowShape, windowPlace } from '../../native-free-core/query/window-shape.js';
import type { CellVisitor } from './cell-scan.js';

/** The mean of each window of each series, from tiers and from points that are in none yet. Of the shape, each group is a series. */
export class SeriesWindows implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = false;
  readonly #shape: WindowShape;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  constructor(shape: WindowShape) {
    this.#shape = shape;
    this.#counts = new Float64Array(shape.count * shape.groups);
    this.#sums = new Float64Array(shape.count * shape.groups);
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#add(ordinal, times[i]!, 1, values[i]!);
  }

  visitCells(ordinal: number, run: CellColumns, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#add(ordinal, run.windowStartMs[i]!, run.count[i]!, run.sum[i]!);
  }

  // Four numbers of a point or a cell, without an object each.
  #add(ordinal: number, timeMs: number, count: number, sum: number): void {
    const window = windowPlace(this.#shape, timeMs);
    if (window < 0 || window >= this.#shape.count) return;
    const place = ordinal * this.#shape.count + window;
    this.#counts[place] = this.#counts[place]! + count;
    this.#sums[place] = this.#sums[place]! + sum;
  }

  /** Calls back for each series that has points, with its windows and their means. The columns are valid until it returns. */
  forEachSeries(
    visit: (ordinal: number, times: Float64Array, values: Float64Array, count: number) => void,
  ): void {
    const { count: windows, groups, firstMs, stepMs } = this.#shape;
    const times = new Float64Array(windows);
    const values = new Float64Array(windows);
    for (let ordinal = 0; ordinal < groups; ordinal++) {
      let count = 0;
      for (let window = 0; window < windows; window++) {
        const place = ordinal * windows + window;
        if (this.#counts[place] === 0) continue;
        times[count] = firstMs + window * stepMs;
        values[count++] = this.#sums[place]! / this.#counts[place]!;
      }
      if (count > 0) visit(ordinal, times, values, count);
    }
  }
}
