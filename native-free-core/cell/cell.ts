import { nearestRank } from '../histogram/nearest-rank.js';
import { Sketch } from '../histogram/sketch.js';
import { secondMoment, squaresAbout } from './squares.js';

/**
 * What a rollup knows of some points: the monoid that every tier is built from. `merge` is associative, and
 * commutative but for values at equal times; an empty cell is its identity. Exact: count, min, max, first, last,
 * sketch; also sum and m2 for integers below 2^53; otherwise those two to some units in the last place.
 *
 * first and last go by time. Where times are equal the left operand arrived earlier, so it keeps the first and
 * the right operand gives the last. -0 counts as 0.
 *
 * A cell is reused through `reset`; what it holds belongs to it. Fields other than count mean nothing while count
 * is 0.
 */
export class Cell {
  count = 0;
  sum = 0;
  /** Squared distances from firstValue, see squares.ts; `m2` is what statistics want. */
  squares = 0;
  min = 0;
  max = 0;
  firstValue = 0;
  firstTimeMs = 0;
  lastValue = 0;
  lastTimeMs = 0;
  readonly sketch = new Sketch();

  /** Sum of squared distances from the mean; 0 for fewer than 2 values. */
  get m2(): number {
    return secondMoment(this.squares, this.sum, this.count, this.firstValue);
  }

  reset(): void {
    this.count = 0;
    this.sum = 0;
    this.squares = 0;
    this.sketch.reset();
  }

  /** Adds one point, which arrived after those that are in the cell. The value must be finite. */
  add(timeMs: number, value: number): void {
    const plain = value + 0; // -0 becomes 0
    this.mergeScalars({
      count: 1,
      sum: plain,
      squares: 0,
      min: plain,
      max: plain,
      firstValue: plain,
      firstTimeMs: timeMs,
      lastValue: plain,
      lastTimeMs: timeMs,
    });
    this.sketch.add(plain);
  }

  /** Adds the points of a cell that arrived later. */
  merge(later: Cell): void {
    if (later.count === 0) return;
    this.mergeScalars(later);
    this.sketch.merge(later.sketch);
  }

  /** All of `merge` but the sketch, which the caller adds itself. `later.count` is at least 1. */
  mergeScalars(later: CellScalars): void {
    if (this.count === 0) {
      copyScalars(later, this);
      return;
    }
    const origin = later.firstTimeMs < this.firstTimeMs ? later.firstValue : this.firstValue;
    this.squares =
      squaresAbout(this.squares, this.sum, this.count, this.firstValue, origin) +
      squaresAbout(later.squares, later.sum, later.count, later.firstValue, origin);
    this.sum += later.sum;
    this.count += later.count;
    if (later.min < this.min) this.min = later.min;
    if (later.max > this.max) this.max = later.max;
    if (later.firstTimeMs < this.firstTimeMs) {
      this.firstTimeMs = later.firstTimeMs;
      this.firstValue = later.firstValue;
    }
    if (later.lastTimeMs >= this.lastTimeMs) {
      this.lastTimeMs = later.lastTimeMs;
      this.lastValue = later.lastValue;
    }
  }

  /** The nearest-rank percentile (0..100): in [min, max], within BUCKET_RELATIVE_ERROR of the exact one; NaN for an empty cell. */
  quantile(percent: number): number {
    const rank = nearestRank(percent, this.count);
    if (rank === 0) return Number.NaN;
    if (rank === 1) return this.min;
    if (rank === this.count) return this.max;
    return Math.min(Math.max(this.sketch.quantile(percent), this.min), this.max);
  }
}

/** A cell without its sketch. */
export interface CellScalars {
  count: number;
  sum: number;
  squares: number;
  min: number;
  max: number;
  firstValue: number;
  firstTimeMs: number;
  lastValue: number;
  lastTimeMs: number;
}

export function copyScalars(from: CellScalars, to: CellScalars): void {
  to.count = from.count;
  to.sum = from.sum;
  to.squares = from.squares;
  to.min = from.min;
  to.max = from.max;
  to.firstValue = from.firstValue;
  to.firstTimeMs = from.firstTimeMs;
  to.lastValue = from.lastValue;
  to.lastTimeMs = from.lastTimeMs;
}
