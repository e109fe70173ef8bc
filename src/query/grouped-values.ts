import type { PointVisitor } from './point-scan.js';
import type { Selection } from './selection.js';
import type { SeriesGroups } from './series-groups.js';
import { U32List } from './u32-list.js';
import type { ValueColumn } from './value-column.js';

/** How the series of a group moved, each from its first to its last point in the range. */
export interface GroupEnds {
  /** Series that have points in the range. */
  series: number;
  firstTimeMs: number;
  firstValue: number;
  lastTimeMs: number;
  lastValue: number;
  /** Of all series together: what they rose, and in how many ms. */
  rise: number;
  riseMs: number;
}

/** Keeps the values of all points, and of each series its first and last point: enough for every exact statistic. */
export class GroupedValues implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #groups: SeriesGroups;
  readonly #values: ValueColumn;
  /** Three numbers a run where there are several groups: group, and where it begins and ends in the column. */
  readonly #runs = new U32List(64);
  /** By ordinal; the count of a series without points is 0. */
  readonly #counts: Float64Array;
  readonly #firstTimes: Float64Array;
  readonly #firstValues: Float64Array;
  readonly #lastTimes: Float64Array;
  readonly #lastValues: Float64Array;

  /** The column is the caller's. */
  constructor(selection: Selection, groups: SeriesGroups, values: ValueColumn) {
    this.#groups = groups;
    this.#values = values;
    this.#counts = new Float64Array(selection.count);
    this.#firstTimes = new Float64Array(selection.count);
    this.#firstValues = new Float64Array(selection.count);
    this.#lastTimes = new Float64Array(selection.count);
    this.#lastValues = new Float64Array(selection.count);
  }

  // Five arguments: the visitor's interface, a call a run. Throws MR_QUERY_TOO_BIG.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const start = this.#values.length;
    this.#values.append(values, from, to);
    if (this.#groups.count > 1) {
      this.#runs.push(this.#groups.of(ordinal));
      this.#runs.push(start);
      this.#runs.push(this.#values.length);
    }
    this.#keepEnds(ordinal, times, values, from, to);
  }

  /** A run of open points is not sorted by time, so each of its points is looked at. Equal times: the first that came, and the last. */
  #keepEnds(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    let first = this.#counts[ordinal] === 0 ? Number.POSITIVE_INFINITY : this.#firstTimes[ordinal]!;
    let last = this.#counts[ordinal] === 0 ? Number.NEGATIVE_INFINITY : this.#lastTimes[ordinal]!;
    for (let i = from; i < to; i++) {
      const timeMs = times[i]!;
      if (timeMs < first) {
        first = timeMs;
        this.#firstValues[ordinal] = values[i]!;
      }
      if (timeMs >= last) {
        last = timeMs;
        this.#lastValues[ordinal] = values[i]!;
      }
    }
    this.#firstTimes[ordinal] = first;
    this.#lastTimes[ordinal] = last;
    this.#counts[ordinal] = this.#counts[ordinal]! + to - from;
  }

  /** Puts the values of a group into a column of the caller's. @throws MillraceError MR_QUERY_TOO_BIG */
  copyGroup(group: number, to: ValueColumn): void {
    to.clear();
    const { items } = this.#values;
    if (this.#groups.count === 1) to.append(items, 0, this.#values.length);
    for (let run = 0; run < this.#runs.length; run += 3) {
      if (this.#runs.items[run] !== group) continue;
      to.append(items, this.#runs.items[run + 1]!, this.#runs.items[run + 2]!);
    }
  }

  /** Of a group, or of all series; undefined where there are no points. Of equal times the series that comes first stands. */
  ends(group: number | undefined): GroupEnds | undefined {
    let ends: GroupEnds | undefined;
    for (let ordinal = 0; ordinal < this.#counts.length; ordinal++) {
      if (this.#counts[ordinal] === 0) continue;
      if (group !== undefined && this.#groups.of(ordinal) !== group) continue;
      ends ??= {
        series: 0,
        firstTimeMs: Number.POSITIVE_INFINITY,
        firstValue: 0,
        lastTimeMs: Number.NEGATIVE_INFINITY,
        lastValue: 0,
        rise: 0,
        riseMs: 0,
      };
      this.#addEnds(ends, ordinal);
    }
    return ends;
  }

  #addEnds(ends: GroupEnds, ordinal: number): void {
    const [firstTimeMs, lastTimeMs] = [this.#firstTimes[ordinal]!, this.#lastTimes[ordinal]!];
    const [firstValue, lastValue] = [this.#firstValues[ordinal]!, this.#lastValues[ordinal]!];
    ends.series++;
    ends.rise += lastValue - firstValue;
    ends.riseMs += lastTimeMs - firstTimeMs;
    if (firstTimeMs < ends.firstTimeMs) {
      ends.firstTimeMs = firstTimeMs;
      ends.firstValue = firstValue;
    }
    if (lastTimeMs > ends.lastTimeMs) {
      ends.lastTimeMs = lastTimeMs;
      ends.lastValue = lastValue;
    }
  }
}
