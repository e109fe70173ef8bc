import { assert } from '../assert.js';
import { bucketMid } from '../histogram/bucket.js';
import { BucketCounter } from '../histogram/bucket-counter.js';
import { nearestRank } from '../histogram/nearest-rank.js';
import { bucketOfRank } from '../histogram/sketch.js';
import { Cell, type CellScalars } from './cell.js';
import { CELL_COLUMNS, readScalars } from './cell-columns.js';
import { secondMoment } from './squares.js';
import { windowStartOf } from './window-start.js';

// Scratch of this thread; nothing of it outlives a call.
const counter = new BucketCounter();
const merged = new Cell();

/**
 * The cells of one series in one tier, ascending by window, as columns: entry i of each is cell i, and what the
 * fields mean stands in cell.ts. The buckets of all sketches lie one after the other in one pool; those of cell i
 * end at `bucketEnd[i]` and begin where those of cell i - 1 end.
 *
 * The arrays belong to the run and are replaced when it grows, so a caller takes them anew after each change. A
 * run that is reset and filled again allocates nothing once it is large enough.
 */
export class CellRun {
  length = 0;
  windowStartMs: Float64Array = new Float64Array(0);
  count: Float64Array = new Float64Array(0);
  sum: Float64Array = new Float64Array(0);
  squares: Float64Array = new Float64Array(0);
  min: Float64Array = new Float64Array(0);
  max: Float64Array = new Float64Array(0);
  firstValue: Float64Array = new Float64Array(0);
  firstTimeMs: Float64Array = new Float64Array(0);
  lastValue: Float64Array = new Float64Array(0);
  lastTimeMs: Float64Array = new Float64Array(0);
  bucketEnd: Int32Array = new Int32Array(0);
  bucketIndexes: Int32Array = new Int32Array(0);
  bucketCounts: Float64Array = new Float64Array(0);
  #countsBuckets = true;

  /**
   * Takes all cells away. Without `countsBuckets` those that `accumulate` makes next have empty sketches, which nobody may ask then:
   * counting buckets is two thirds of what it does (bench micro/native-free-core/cell).
   */
  reset(countsBuckets = true): void {
    this.length = 0;
    this.#countsBuckets = countsBuckets;
  }

  /** Where the buckets of cell i begin in the pool; for i = length, where the used pool ends. */
  bucketStart(i: number): number {
    return i === 0 ? 0 : this.bucketEnd[i - 1]!;
  }

  /** The sum of squared distances from the mean. */
  m2(i: number): number {
    return secondMoment(this.squares[i]!, this.sum[i]!, this.count[i]!, this.firstValue[i]!);
  }

  /** As Cell.quantile, of cell i. */
  quantile(i: number, percent: number): number {
    const count = this.count[i]!;
    const rank = nearestRank(percent, count);
    const min = this.min[i]!;
    const max = this.max[i]!;
    if (rank <= 1) return min;
    if (rank === count) return max;
    const bucket = bucketOfRank(this.bucketIndexes, this.bucketCounts, this.bucketStart(i), rank);
    return Math.min(Math.max(bucketMid(bucket), min), max);
  }

  /**
   * Adds points [start, start + count): finite values, ascending by time, points at equal times in the order of
   * arrival. None may lie in a window before that of the last cell; points in its window arrived after its own.
   */
  accumulate(
    times: Float64Array,
    values: Float64Array,
    start: number,
    count: number,
    windowMs: number,
  ): void {
    this.#reserve(this.length + count, this.bucketStart(this.length) + count);
    const end = start + count;
    if (this.length > 0 && count > 0) {
      // Only the first window can be one that the run has already: apart, so that the loop need not ask.
      const endMs = this.windowStartMs[this.length - 1]! + windowMs;
      let within = start;
      while (within < end && times[within]! < endMs) within++;
      if (within > start) {
        this.#gather(times, values, start, within, windowMs);
        this.#foldLast();
        start = within;
      }
    }
    this.#gather(times, values, start, end, windowMs);
  }

  /**
   * Appends the cells of the points [start, end), for which there is room. The columns are locals and all is in one
   * loop, because a window of six points would otherwise be spent on loading fields and calling functions.
   */
  #gather(times: Float64Array, values: Float64Array, start: number, end: number, windowMs: number): void {
    const { windowStartMs, count, sum, squares, min, max, bucketEnd, bucketIndexes, bucketCounts } = this;
    const { firstValue, firstTimeMs, lastValue, lastTimeMs } = this;
    const countsBuckets = this.#countsBuckets;
    let at = this.length;
    let buckets = this.bucketStart(at);
    for (let i = start; i < end; at++) {
      const from = i;
      const startMs = windowStartOf(times[i]!, windowMs);
      const endMs = startMs + windowMs;
      const first = values[i]! + 0; // -0 becomes 0
      let total = first;
      let square = 0;
      let low = first;
      let high = first;
      for (i++; i < end && times[i]! < endMs; i++) {
        const value = values[i]!;
        const distance = value - first;
        total += value;
        square += distance * distance;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (countsBuckets) buckets = counter.countInto(values, from, i, bucketIndexes, bucketCounts, buckets);
      windowStartMs[at] = startMs;
      count[at] = i - from;
      sum[at] = total;
      squares[at] = square;
      min[at] = low + 0;
      max[at] = high + 0;
      firstValue[at] = first;
      firstTimeMs[at] = times[from]!;
      lastValue[at] = values[i - 1]! + 0;
      lastTimeMs[at] = times[i - 1]!;
      bucketEnd[at] = buckets;
    }
    this.length = at;
  }

  /** Merges the last cell, whose points came later, into the one before, which is of the same window. */
  #foldLast(): void {
    const at = this.length - 1;
    const startMs = this.windowStartMs[at]!;
    assert(startMs === this.windowStartMs[at - 1], 'the windows of a run must ascend');
    merged.reset();
    this.mergeInto(at - 1, merged);
    this.mergeInto(at, merged);
    this.length = at - 1;
    this.append(startMs, merged);
  }

  /** Merges cell i into a cell whose points arrived earlier. */
  mergeInto(i: number, cell: Cell): void {
    readScalars(this, i, scalars);
    cell.mergeScalars(scalars);
    cell.sketch.addBuckets(this.bucketIndexes, this.bucketCounts, this.bucketStart(i), this.bucketEnd[i]!);
  }

  /** Appends a cell that is not empty, for a window after that of the last one. */
  append(windowStartMs: number, cell: Cell): void {
    const { indexes, counts, length } = cell.sketch;
    this.appendParts(windowStartMs, cell, indexes, counts, 0, length);
  }

  /** Appends cell i of another run. */
  appendFrom(run: CellRun, i: number): void {
    readScalars(run, i, scalars);
    const from = run.bucketStart(i);
    this.appendParts(
      run.windowStartMs[i]!,
      scalars,
      run.bucketIndexes,
      run.bucketCounts,
      from,
      run.bucketEnd[i]!,
    );
  }

  /** Appends a cell from its scalars and the ascending buckets [from, to) of columns that are not this run's. */
  appendParts(
    windowStartMs: number,
    parts: CellScalars,
    indexes: Int32Array,
    counts: Float64Array,
    from: number,
    to: number,
  ): void {
    const at = this.length;
    let bucketEnd = this.bucketStart(at);
    this.#reserve(at + 1, bucketEnd + to - from);
    this.count[at] = parts.count;
    this.sum[at] = parts.sum;
    this.squares[at] = parts.squares;
    this.min[at] = parts.min;
    this.max[at] = parts.max;
    this.firstValue[at] = parts.firstValue;
    this.firstTimeMs[at] = parts.firstTimeMs;
    this.lastValue[at] = parts.lastValue;
    this.lastTimeMs[at] = parts.lastTimeMs;
    for (let i = from; i < to; i++) {
      this.bucketIndexes[bucketEnd] = indexes[i]!;
      this.bucketCounts[bucketEnd++] = counts[i]!;
    }
    assert(at === 0 || windowStartMs > this.windowStartMs[at - 1]!, 'the windows of a run must ascend');
    this.windowStartMs[at] = windowStartMs;
    this.bucketEnd[at] = bucketEnd;
    this.length = at + 1;
  }

  /** Replaces `target` by the merge of these cells into wider windows, a multiple of this run's. */
  coarsen(target: CellRun, windowMs: number): void {
    assert(target !== this, 'a run coarsens into another');
    target.reset();
    for (let i = 0; i < this.length; ) {
      const windowStartMs = windowStartOf(this.windowStartMs[i]!, windowMs);
      merged.reset();
      for (; i < this.length && this.windowStartMs[i]! < windowStartMs + windowMs; i++)
        this.mergeInto(i, merged);
      target.append(windowStartMs, merged);
    }
  }

  #reserve(cells: number, buckets: number): void {
    if (cells > this.count.length) {
      const capacity = Math.max(cells, this.count.length * 2, 16);
      for (const column of CELL_COLUMNS) {
        const grown = new Float64Array(capacity);
        grown.set(this[column]);
        this[column] = grown;
      }
      const ends = new Int32Array(capacity);
      ends.set(this.bucketEnd);
      this.bucketEnd = ends;
    }
    if (buckets > this.bucketIndexes.length) {
      const capacity = Math.max(buckets, this.bucketIndexes.length * 2, 64);
      const indexes = new Int32Array(capacity);
      indexes.set(this.bucketIndexes);
      this.bucketIndexes = indexes;
      const counts = new Float64Array(capacity);
      counts.set(this.bucketCounts);
      this.bucketCounts = counts;
    }
  }
}

const scalars: CellScalars = {
  count: 0,
  sum: 0,
  squares: 0,
  min: 0,
  max: 0,
  firstValue: 0,
  firstTimeMs: 0,
  lastValue: 0,
  lastTimeMs: 0,
};
