import type { CellColumns } from '../cell/cell-columns.js';
import { secondMoment, squaresAbout } from '../cell/squares.js';
import type { AggregationKind } from './aggregation.js';
import { type WindowShape, windowPlace } from './window-shape.js';

/** The aggregations that a grid answers. */
export type ScalarKind = Exclude<AggregationKind, 'percentile' | 'distinct' | 'rate' | 'increase'>;

/** Which columns a grid keeps besides the counts. */
export interface ScalarNeeds {
  sums: boolean;
  squares: boolean;
  extremes: boolean;
  ends: boolean;
}

const NONE = new Float64Array(0);
const NO_ORDINALS = new Uint32Array(0);

/**
 * What rollups know of points but for their sketches, for every window of every group, as columns: window w of group
 * g is place g * windows + w. Cells of any number of series and tiers are added in any order but one: those of one series in the order
 * of arrival. first and last go by time; at equal times by ordinal of the series, then by arrival.
 */
export class ScalarGrid {
  readonly shape: WindowShape;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly #squares: Float64Array;
  /** What `#squares` are distances from. */
  readonly #origin: Float64Array;
  readonly #firstTime: Float64Array;
  readonly #lastTime: Float64Array;
  readonly #firstOrdinal: Uint32Array;
  readonly #lastOrdinal: Uint32Array;
  readonly #needs: ScalarNeeds;

  constructor(shape: WindowShape, needs: ScalarNeeds) {
    // One more, for merges.
    const places = shape.count * shape.groups + 1;
    const { squares, extremes, ends } = needs;
    const sums = needs.sums || squares;
    // One piece of memory: an allocation takes as long as a good part of a small question.
    const needed = 1 + Number(sums) + 2 * Number(squares) + 2 * Number(extremes) + 4 * Number(ends);
    const memory = new Float64Array(places * needed);
    let taken = 0;
    const column = (isNeeded: boolean): Float64Array => {
      if (!isNeeded) return NONE;
      taken += places;
      return memory.subarray(taken - places, taken);
    };
    const ordinals = (): Uint32Array => (ends ? new Uint32Array(places) : NO_ORDINALS);
    this.shape = shape;
    this.#needs = { sums, squares, extremes, ends };
    this.count = column(true);
    this.sum = column(sums);
    this.#squares = column(squares);
    this.#origin = column(squares);
    this.min = column(extremes).fill(Number.POSITIVE_INFINITY);
    this.max = column(extremes).fill(Number.NEGATIVE_INFINITY);
    this.first = column(ends);
    this.last = column(ends);
    this.#firstTime = column(ends).fill(Number.POSITIVE_INFINITY);
    this.#lastTime = column(ends).fill(Number.NEGATIVE_INFINITY);
    this.#firstOrdinal = ordinals();
    this.#lastOrdinal = ordinals();
  }

  /** Adds cells [from, to) of a series to its group. */
  add(group: number, ordinal: number, cells: CellColumns, from: number, to: number): void {
    const base = group * this.shape.count;
    const { sums, squares, extremes, ends } = this.#needs;
    for (let i = from; i < to; i++) {
      const place = base + windowPlace(this.shape, cells.windowStartMs[i]!);
      if (squares) this.#addSquares(place, cells, i);
      this.count[place] = this.count[place]! + cells.count[i]!;
      if (sums) this.sum[place] = this.sum[place]! + cells.sum[i]!;
      if (extremes) {
        if (cells.min[i]! < this.min[place]!) this.min[place] = cells.min[i]!;
        if (cells.max[i]! > this.max[place]!) this.max[place] = cells.max[i]!;
      }
      if (ends) this.#addEnds(place, ordinal, cells, i);
    }
  }

  /** Whether counts and sums are all that is kept, so that points need not be made cells first. */
  get hasSumsAlone(): boolean {
    const { squares, extremes, ends } = this.#needs;
    return !squares && !extremes && !ends;
  }

  /** Adds points [from, to) of a series to its group, as `add` would the cells of PointWindows; only where the grid has sums alone. */
  // Five arguments: a run of points, as its visitors have it.
  addPoints(group: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const { count, sum } = this;
    const { firstMs, stepMs, count: windows } = this.shape;
    const { sums } = this.#needs;
    const base = group * windows;
    const isEndless = stepMs === Number.POSITIVE_INFINITY;
    for (let i = from; i < to; ) {
      const start = i;
      let before = times[i]!;
      let total = values[i]!;
      let window = 0;
      let endMs = stepMs;
      if (!isEndless) {
        // One division, where windowStartOf and windowPlace take one each: of a run of one point a window they are most of the time.
        window = Math.floor((before - firstMs) / stepMs);
        if (firstMs + window * stepMs > before) window--;
        endMs = firstMs + (window + 1) * stepMs;
      }
      for (i++; i < to; i++) {
        const timeMs = times[i]!;
        if (timeMs >= endMs || timeMs < before) break;
        before = timeMs;
        total += values[i]!;
      }
      const place = base + window;
      count[place] = count[place]! + (i - start);
      if (sums) sum[place] = sum[place]! + total;
    }
  }

  /** Merges places [from, to], neighbouring windows of one group, into a place of its own, and answers which. */
  mergeAll(from: number, to: number): number {
    const place = this.shape.count * this.shape.groups;
    this.count[place] = 0;
    for (let each = from; each <= to; each++) this.#merge(place, each);
    return place;
  }

  /** The value of an aggregation at a place that is not empty. */
  value(kind: ScalarKind, place: number): number {
    switch (kind) {
      case 'count':
        return this.count[place]!;
      case 'sum':
        return this.sum[place]!;
      case 'mean':
        return this.sum[place]! / this.count[place]!;
      case 'min':
        return this.min[place]!;
      case 'max':
        return this.max[place]!;
      case 'range':
        return this.max[place]! - this.min[place]!;
      case 'first':
        return this.first[place]!;
      case 'last':
        return this.last[place]!;
      case 'variance':
        return this.#variance(place);
      case 'stddev':
        return Math.sqrt(this.#variance(place));
    }
  }

  /** What `value` says at the first `out.length` places; NaN where a place is empty. */
  valuesInto(kind: ScalarKind, out: Float64Array): void {
    const { count, sum } = this;
    const column = this.#columnOf(kind);
    if (column !== undefined) {
      for (let place = 0; place < out.length; place++) {
        out[place] = count[place] === 0 ? Number.NaN : column[place]!;
      }
    } else if (kind === 'mean') {
      // Nothing by nothing is NaN, as it should be.
      for (let place = 0; place < out.length; place++) out[place] = sum[place]! / count[place]!;
    } else {
      for (let place = 0; place < out.length; place++) {
        out[place] = count[place] === 0 ? Number.NaN : this.value(kind, place);
      }
    }
  }

  /** The column that an aggregation is kept in as it is; undefined where it is reckoned. */
  #columnOf(kind: ScalarKind): Float64Array | undefined {
    switch (kind) {
      case 'count':
      case 'sum':
      case 'min':
      case 'max':
      case 'first':
      case 'last':
        return this[kind];
      default:
        return undefined;
    }
  }

  /** The population's. */
  #variance(place: number): number {
    const count = this.count[place]!;
    return secondMoment(this.#squares[place]!, this.sum[place]!, count, this.#origin[place]!) / count;
  }

  /** Adds place `from`, of a later window than what is at `to`. */
  #merge(to: number, from: number): void {
    if (this.count[from] === 0) return;
    const { sums, squares, extremes, ends } = this.#needs;
    const isFirst = this.count[to] === 0;
    if (squares) {
      const origin = isFirst ? this.#origin[from]! : this.#origin[to]!;
      const own = isFirst ? 0 : this.#squares[to]!;
      const [squared, sum, count] = [this.#squares[from]!, this.sum[from]!, this.count[from]!];
      this.#squares[to] = own + squaresAbout(squared, sum, count, this.#origin[from]!, origin);
      this.#origin[to] = origin;
    }
    this.count[to] = this.count[to]! + this.count[from]!;
    if (sums) this.sum[to] = (isFirst ? 0 : this.sum[to]!) + this.sum[from]!;
    if (extremes) {
      this.min[to] = isFirst ? this.min[from]! : Math.min(this.min[to]!, this.min[from]!);
      this.max[to] = isFirst ? this.max[from]! : Math.max(this.max[to]!, this.max[from]!);
    }
    if (!ends) return;
    if (isFirst) this.first[to] = this.first[from]!;
    this.last[to] = this.last[from]!;
  }

  #addSquares(place: number, cells: CellColumns, i: number): void {
    const origin = cells.firstValue[i]!;
    if (this.count[place] === 0) this.#origin[place] = origin;
    const added = squaresAbout(
      cells.squares[i]!,
      cells.sum[i]!,
      cells.count[i]!,
      origin,
      this.#origin[place]!,
    );
    this.#squares[place] = this.#squares[place]! + added;
  }

  #addEnds(place: number, ordinal: number, cells: CellColumns, i: number): void {
    const firstMs = cells.firstTimeMs[i]!;
    const firstBefore = this.#firstTime[place]!;
    if (firstMs < firstBefore || (firstMs === firstBefore && ordinal < this.#firstOrdinal[place]!)) {
      this.#firstTime[place] = firstMs;
      this.#firstOrdinal[place] = ordinal;
      this.first[place] = cells.firstValue[i]!;
    }
    const lastMs = cells.lastTimeMs[i]!;
    const lastBefore = this.#lastTime[place]!;
    if (lastMs > lastBefore || (lastMs === lastBefore && ordinal >= this.#lastOrdinal[place]!)) {
      this.#lastTime[place] = lastMs;
      this.#lastOrdinal[place] = ordinal;
      this.last[place] = cells.lastValue[i]!;
    }
  }
}
