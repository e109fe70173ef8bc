import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { secondMoment } from '../../native-free-core/cell/squares.js';
import { type WindowShape, windowPlace } from '../../native-free-core/query/window-shape.js';
import { LeastSquares } from '../../native-free-core/trend/least-squares.js';
import type { CellVisitor } from './cell-scan.js';
import type { SeriesGroups } from './series-groups.js';

/** The mean of each window over all series, and the line through all points. */
export class TrendWindows implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = false;
  readonly line = new LeastSquares();
  firstTimeMs = Number.POSITIVE_INFINITY;
  lastTimeMs = Number.NEGATIVE_INFINITY;
  readonly #shape: WindowShape;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  constructor(shape: WindowShape) {
    this.#shape = shape;
    this.#counts = new Float64Array(shape.count);
    this.#sums = new Float64Array(shape.count);
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(_ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.line.add(times, values, from, to);
    const { firstMs, stepMs } = this.#shape;
    for (let i = from; i < to; i++) {
      const timeMs = times[i]!;
      const place = Math.floor((timeMs - firstMs) / stepMs);
      this.#counts[place] = this.#counts[place]! + 1;
      this.#sums[place] = this.#sums[place]! + values[i]!;
      if (timeMs < this.firstTimeMs) this.firstTimeMs = timeMs;
      if (timeMs > this.lastTimeMs) this.lastTimeMs = timeMs;
    }
  }

  visitCells(_ordinal: number, run: CellColumns, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const place = windowPlace(this.#shape, run.windowStartMs[i]!);
      // A source whose windows are longer than the ends of the range gives a little more than the range.
      if (place < 0 || place >= this.#counts.length) continue;
      const [count, sum] = [run.count[i]!, run.sum[i]!];
      const [first, last] = [run.firstTimeMs[i]!, run.lastTimeMs[i]!];
      this.#counts[place] = this.#counts[place]! + count;
      this.#sums[place] = this.#sums[place]! + sum;
      const moment = secondMoment(run.squares[i]!, sum, count, run.firstValue[i]!);
      this.line.addSummary(count, (first + last) / 2, sum / count, moment);
      this.firstTimeMs = Math.min(this.firstTimeMs, first);
      this.lastTimeMs = Math.max(this.lastTimeMs, last);
    }
  }

  /** The windows that have points: when they begin, and their means. */
  filled(): { times: Float64Array; values: Float64Array; count: number } {
    const { count: windows, firstMs, stepMs } = this.#shape;
    const times = new Float64Array(windows);
    const values = new Float64Array(windows);
    let count = 0;
    for (let place = 0; place < windows; place++) {
      if (this.#counts[place] === 0) continue;
      times[count] = firstMs + place * stepMs;
      values[count++] = this.#sums[place]! / this.#counts[place]!;
    }
    return { times, values, count };
  }
}

/** The same of all series together and, where there are several groups, of each. */
export class GroupedTrendWindows implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = false;
  readonly all: TrendWindows;
  /** Empty where nothing is split. */
  readonly groups: readonly TrendWindows[];
  readonly #groups: SeriesGroups;

  constructor(shape: WindowShape, groups: SeriesGroups) {
    this.all = new TrendWindows(shape);
    this.groups = groups.isSplit ? groups.labels.map(() => new TrendWindows(shape)) : [];
    this.#groups = groups;
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.all.visit(ordinal, times, values, from, to);
    this.groups[this.#groups.of(ordinal)]?.visit(ordinal, times, values, from, to);
  }

  visitCells(ordinal: number, run: CellColumns, from: number, to: number): void {
    this.all.visitCells(ordinal, run, from, to);
    this.groups[this.#groups.of(ordinal)]?.visitCells(ordinal, run, from, to);
  }
}
