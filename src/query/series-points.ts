import { isSorted, sortPoints } from '../../native-free-core/head/sort-points.js';
import type { PointVisitor } from './point-scan.js';
import { U32List } from './u32-list.js';
import { ValueColumn } from './value-column.js';

/** Keeps the points of all series, for what looks at each series in the order of time. Memory is used again. */
export class SeriesPoints implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #times = new ValueColumn();
  readonly #values = new ValueColumn();
  /** Three numbers a run: ordinal, and where it begins and ends in the columns. */
  readonly #runs = new U32List(64);
  #ownTimes: Float64Array = new Float64Array(1_024);
  #ownValues: Float64Array = new Float64Array(1_024);

  get length(): number {
    return this.#times.length;
  }

  clear(): void {
    this.#times.clear();
    this.#values.clear();
    this.#runs.length = 0;
  }

  // Five arguments: the visitor's interface, a call a run. Throws MR_QUERY_TOO_BIG.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const start = this.#times.length;
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
    const order = this.#runsBySeries(seriesCount);
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

  /** Where each run begins in `#runs`, by ordinal, and for each in the order of arrival. */
  #runsBySeries(seriesCount: number): Uint32Array {
    const { items, length } = this.#runs;
    const places = new Uint32Array(seriesCount + 1);
    for (let run = 0; run < length; run += 3) places[items[run]! + 1]!++;
    for (let i = 1; i <= seriesCount; i++) places[i]! += places[i - 1]!;
    const order = new Uint32Array(length / 3);
    for (let run = 0; run < length; run += 3) order[places[items[run]!]!++] = run;
    return order;
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
