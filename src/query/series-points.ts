import { isSorted, sortPoints } from '../../native-free-core/head/sort-points.js';
import { EXACT_VALUES_MAX, KEPT_VALUES_MAX } from './limits.js';
import type { PointVisitor } from './point-scan.js';
import { orderOfRuns } from './run-order.js';
import { tooBig } from './stop-check.js';
import { U32List } from './u32-list.js';
import { ValueColumn } from './value-column.js';

/** Keeps the points of all series, for what looks at each series in the order of time. Memory is used again. */
export class SeriesPoints implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #pointsMax: number;
  readonly #times = new ValueColumn();
  readonly #values = new ValueColumn();
  /** Three numbers a run: ordinal, and where it begins and ends in the columns. */
  readonly #runs = new U32List(64);
  #ownTimes: Float64Array = new Float64Array(1_024);
  #ownValues: Float64Array = new Float64Array(1_024);

  /** More points are refused. */
  constructor(pointsMax = EXACT_VALUES_MAX) {
    this.#pointsMax = pointsMax;
  }

  get length(): number {
    return this.#times.length;
  }

  clear(): void {
    this.#times.clear();
    this.#values.clear();
    this.#runs.length = 0;
    if (this.#ownTimes.length <= KEPT_VALUES_MAX) return;
    this.#ownTimes = new Float64Array(1_024);
    this.#ownValues = new Float64Array(1_024);
  }

  // Five arguments: the visitor's interface, a call a run. Throws MR_QUERY_TOO_BIG.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const start = this.#times.length;
    if (start + to - from > this.#pointsMax) {
      throw tooBig(`looks at more than ${this.#pointsMax} points one by one`);
    }
    this.#times.append(times, from, to);
    this.#values.append(values, from, to);
    this.#runs.push(ordinal);
    this.#runs.push(start);
    this.#runs.push(this.#times.length);
  }

  /**
   * Calls back for each series that has points, by ordinal, with its points by time and equal times by arrival. The
   * columns are this object's, and valid until it returns.
   */
  forEachSeries(
    seriesCount: number,
    visit: (ordinal: number, times: Float64Array, values: Float64Array, count: number) => void,
  ): void {
    const order = orderOfRuns(this.#runs.items, this.#runs.length, seriesCount);
    for (let i = 0; i < order.length; ) {
      const ordinal = this.#runs.items[order[i]!]!;
      let count = 0;
      for (; i < order.length && this.#runs.items[order[i]!] === ordinal; i++)
        count = this.#copy(order[i]!, count);
      if (!isSorted(this.#ownTimes, count)) {
        sortPoints(this.#ownTimes, this.#ownValues, count, new Float64Array(count), new Float64Array(count));
      }
      visit(ordinal, this.#ownTimes, this.#ownValues, count);
    }
  }

  /** Copies a run behind `count` points of its series; answers how many they are then. */
  #copy(run: number, count: number): number {
    const from = this.#runs.items[run + 1]!;
    const to = this.#runs.items[run + 2]!;
    const length = count + to - from;
    if (length > this.#ownTimes.length) {
      const capacity = 2 ** Math.ceil(Math.log2(length));
      this.#ownTimes = grown(this.#ownTimes, count, capacity);
      this.#ownValues = grown(this.#ownValues, count, capacity);
    }
    this.#ownTimes.set(this.#times.items.subarray(from, to), count);
    this.#ownValues.set(this.#values.items.subarray(from, to), count);
    return length;
  }
}

function grown(column: Float64Array, length: number, capacity: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(column.subarray(0, length));
  return larger;
}
