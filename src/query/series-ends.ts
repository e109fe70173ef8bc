import type { CellRun } from '../../native-free-core/cell/cell-run.js';
import type { Selection } from './selection.js';
import type { SeriesGroups } from './series-groups.js';

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

/** The first and the last point of each series, by time; of equal times the first that came, and the last. */
export class SeriesEnds {
  readonly #groups: SeriesGroups;
  /** By ordinal; Infinity and -Infinity where a series has no points. */
  readonly #firstTimes: Float64Array;
  readonly #firstValues: Float64Array;
  readonly #lastTimes: Float64Array;
  readonly #lastValues: Float64Array;

  constructor(selection: Selection, groups: SeriesGroups) {
    this.#groups = groups;
    this.#firstTimes = new Float64Array(selection.count).fill(Number.POSITIVE_INFINITY);
    this.#firstValues = new Float64Array(selection.count);
    this.#lastTimes = new Float64Array(selection.count).fill(Number.NEGATIVE_INFINITY);
    this.#lastValues = new Float64Array(selection.count);
  }

  /** Takes a run of points in. Open points are not sorted by time, so each is looked at. */
  // Five arguments: as a visitor has them.
  add(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    let first = this.#firstTimes[ordinal]!;
    let last = this.#lastTimes[ordinal]!;
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
  }

  addCells(ordinal: number, run: CellRun, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      if (run.firstTimeMs[i]! < this.#firstTimes[ordinal]!) {
        this.#firstTimes[ordinal] = run.firstTimeMs[i]!;
        this.#firstValues[ordinal] = run.firstValue[i]!;
      }
      if (run.lastTimeMs[i]! >= this.#lastTimes[ordinal]!) {
        this.#lastTimes[ordinal] = run.lastTimeMs[i]!;
        this.#lastValues[ordinal] = run.lastValue[i]!;
      }
    }
  }

  /** Of each group, and of all series; undefined where there are no points. Of equal times the first series has the first value, the last one the last. */
  sums(): { all: GroupEnds | undefined; groups: readonly (GroupEnds | undefined)[] } {
    let all: GroupEnds | undefined;
    const groups = new Array<GroupEnds | undefined>(this.#groups.count).fill(undefined);
    for (let ordinal = 0; ordinal < this.#firstTimes.length; ordinal++) {
      if (this.#firstTimes[ordinal] === Number.POSITIVE_INFINITY) continue;
      all ??= noEnds();
      this.#addTo(all, ordinal);
      this.#addTo((groups[this.#groups.of(ordinal)] ??= noEnds()), ordinal);
    }
    return { all, groups };
  }

  #addTo(ends: GroupEnds, ordinal: number): void {
    const [firstTimeMs, lastTimeMs] = [this.#firstTimes[ordinal]!, this.#lastTimes[ordinal]!];
    const [firstValue, lastValue] = [this.#firstValues[ordinal]!, this.#lastValues[ordinal]!];
    ends.series++;
    ends.rise += lastValue - firstValue;
    ends.riseMs += lastTimeMs - firstTimeMs;
    if (firstTimeMs < ends.firstTimeMs) {
      ends.firstTimeMs = firstTimeMs;
      ends.firstValue = firstValue;
    }
    if (lastTimeMs >= ends.lastTimeMs) {
      ends.lastTimeMs = lastTimeMs;
      ends.lastValue = lastValue;
    }
  }
}

const noEnds = (): GroupEnds => ({
  ...{ series: 0, rise: 0, riseMs: 0 },
  ...{ firstTimeMs: Number.POSITIVE_INFINITY, firstValue: 0 },
  ...{ lastTimeMs: Number.NEGATIVE_INFINITY, lastValue: 0 },
});
