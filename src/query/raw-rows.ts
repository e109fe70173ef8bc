import { sortPoints } from '../../native-free-core/head/sort-points.js';
import { RAW_ROWS_SPARE } from './limits.js';
import type { PointVisitor } from './point-scan.js';

/** Where the rows begin: at `timeMs` those of series before `ordinal` are given, and `seen` of that series. */
export interface RowsStart {
  timeMs: number;
  ordinal: number;
  seen: number;
}

/**
 * Collects the first `limit` rows in the order of time, series, arrival, out of points that come in any order of time,
 * in memory for twice as many: when it is full the rows are sorted, the late ones thrown away, and no later point is
 * taken from then on. Points of one series and one time come in the order of arrival.
 */
export class RawRows implements PointVisitor {
  usefulUntilMs = Number.POSITIVE_INFINITY;
  /** Rows in order after `finish`. */
  length = 0;
  times: Float64Array;
  values: Float64Array;
  ordinals: Uint32Array;
  readonly #limit: number;
  readonly #capacityMax: number;
  readonly #seriesCount: number;
  readonly #start: RowsStart | undefined;
  #seenAtStart = 0;

  /** `seriesCount`: ordinals are below it. */
  constructor(limit: number, seriesCount: number, start?: RowsStart) {
    this.#limit = limit;
    this.#capacityMax = 2 * limit + RAW_ROWS_SPARE;
    this.#seriesCount = seriesCount;
    this.#start = start;
    const capacity = Math.min(1_024, this.#capacityMax);
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.ordinals = new Uint32Array(capacity);
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const timeMs = times[i]!;
      if (timeMs > this.usefulUntilMs || this.#isGiven(ordinal, timeMs)) continue;
      if (this.length === this.times.length) this.#makeRoom();
      if (timeMs > this.usefulUntilMs) continue;
      const row = this.length++;
      this.times[row] = timeMs;
      this.values[row] = values[i]!;
      this.ordinals[row] = ordinal;
    }
  }

  /** Sorts what was collected. */
  finish(): void {
    this.#sortAndCut();
  }

  #isGiven(ordinal: number, timeMs: number): boolean {
    const start = this.#start;
    if (start === undefined || timeMs > start.timeMs) return false;
    if (timeMs < start.timeMs || ordinal < start.ordinal) return true;
    return ordinal === start.ordinal && this.#seenAtStart++ < start.seen;
  }

  #makeRoom(): void {
    if (this.times.length === this.#capacityMax) {
      this.#sortAndCut();
      return;
    }
    const capacity = Math.min(this.times.length * 2, this.#capacityMax);
    const { times, values, ordinals } = this;
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.ordinals = new Uint32Array(capacity);
    this.times.set(times);
    this.values.set(values);
    this.ordinals.set(ordinals);
  }

  #sortAndCut(): void {
    const rows = this.#sortedRows();
    const kept = Math.min(this.#limit, this.length);
    const { times, values, ordinals } = this;
    this.times = new Float64Array(times.length);
    this.values = new Float64Array(times.length);
    this.ordinals = new Uint32Array(times.length);
    for (let i = 0; i < kept; i++) {
      const row = rows[i]!;
      this.times[i] = times[row]!;
      this.values[i] = values[row]!;
      this.ordinals[i] = ordinals[row]!;
    }
    this.length = kept;
    if (kept === this.#limit && kept > 0) this.usefulUntilMs = this.times[kept - 1]!;
  }

  /** The numbers of the rows by time, series and arrival: by series first, then by time, both sorts stable. */
  #sortedRows(): Float64Array {
    const { length, ordinals, times } = this;
    const ends = new Uint32Array(this.#seriesCount + 1);
    for (let row = 0; row < length; row++) ends[ordinals[row]! + 1]!++;
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
    const rows = new Float64Array(length);
    for (let row = 0; row < length; row++) rows[ends[ordinals[row]!]!++] = row;
    const sortedTimes = new Float64Array(length);
    for (let i = 0; i < length; i++) sortedTimes[i] = times[rows[i]!]!;
    sortPoints(sortedTimes, rows, length, new Float64Array(length), new Float64Array(length));
    return rows;
  }
}
