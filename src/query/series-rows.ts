import { GROUP_COUNT } from '../../native-free-core/limits.js';
import {
  COLUMN_FIRST,
  COLUMN_METRIC,
  COLUMN_NEXT,
  COLUMN_PLACE,
  COLUMN_SET,
  PLACE_NUMBER_BITS,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { BitSet } from './bit-set.js';
import type { IndexedMetric } from './indexed-metric.js';
import type { SeriesConditions } from './label-matcher.js';
import { SetChoice } from './set-choice.js';
import type { StopCheck } from './stop-check.js';

/** A walk over all rows costs about a fourth of marking them one list after the other. */
const WALK_SHARE = 4;

/** Rows of series by group and, within it, by number; those of group g are rows[starts[g] … starts[g + 1] - 1]. */
export interface SelectedRows {
  rows: Uint32Array;
  starts: Int32Array;
}

/** Finds the rows of metrics whose labels meet conditions. One a thread; its memory is used again. */
export class SeriesRows {
  readonly #reader: SeriesIndexReader;
  readonly #choice: SetChoice;
  readonly #rowBits = new BitSet();
  #rows = new Int32Array(1_024);

  constructor(reader: SeriesIndexReader) {
    this.#reader = reader;
    this.#choice = new SetChoice(reader);
  }

  /** `metricCount`: metrics that there are in all. */
  // Four arguments: what is looked for among what, and for whom.
  select(
    metrics: readonly IndexedMetric[],
    metricCount: number,
    conditions: SeriesConditions,
    stop?: StopCheck,
  ): SelectedRows {
    this.#choice.choose(conditions, stop);
    const { isList, count: sets } = this.#choice;
    stop?.foresee('row', isList ? sets * metricCount : this.#rowsOf(metrics));
    const count = metrics.length === 1 ? this.#ofOne(metrics[0]!) : this.#ofMany(metrics, metricCount);
    return this.#byGroup(count);
  }

  /** How many rows are looked at for metrics, at most. */
  #rowsOf(metrics: readonly IndexedMetric[]): number {
    return metrics.length === 1 ? this.#reader.itemCount(metrics[0]!.entry) : this.#reader.rows;
  }

  /** A row of the metric in one of `groupCount` groups. */
  anyRowOf({ entry }: IndexedMetric, firstGroup: number, groupCount: number): number | undefined {
    const count = this.#copyRows(entry);
    for (let i = 0; i < count; i++) {
      const group = this.#reader.groupOf(this.#rows[i]!) - firstGroup;
      if (group >= 0 && group < groupCount) return this.#rows[i]!;
    }
    return undefined;
  }

  /** Whether any series of a metric meets the conditions. */
  hasAny({ entry }: IndexedMetric, conditions: SeriesConditions, stop?: StopCheck): boolean {
    this.#choice.choose(conditions, stop);
    const choice = this.#choice;
    if (choice.isAll) return true;
    const sets = this.#reader.views.columns[COLUMN_SET]!;
    const all = this.#copyRows(entry);
    for (let i = 0; i < all; i++) if (choice.bits.has(sets[this.#rows[i]!]!)) return true;
    return false;
  }

  /** Leaves the rows of one metric in front of `#rows`, ascending; answers how many. */
  #ofOne({ entry }: IndexedMetric): number {
    const choice = this.#choice;
    const { columns } = this.#reader.views;
    if (choice.isList && choice.count * 4 < this.#reader.itemCount(entry)) {
      const metrics = columns[COLUMN_METRIC]!;
      return this.#ofSets((row) => metrics[row] === entry);
    }
    const all = this.#copyRows(entry);
    if (choice.isAll) return all;
    const sets = columns[COLUMN_SET]!;
    const rows = this.#rows;
    const { bits } = choice;
    let count = 0;
    for (let i = 0; i < all; i++) if (bits.has(sets[rows[i]!]!)) rows[count++] = rows[i]!;
    return count;
  }

  /** The rows in the chosen sets, by way of the sets: for few of them. */
  #ofSets(takes: (row: number) => boolean): number {
    const { list, count } = this.#choice;
    let found = 0;
    for (let i = 0; i < count; i++) {
      this.#forEachRow(list[i]!, (row) => {
        if (!takes(row)) return;
        this.#reserve(found + 1);
        this.#rows[found++] = row;
      });
    }
    this.#rows.subarray(0, found).sort();
    return found;
  }

  #forEachRow(set: number, visit: (row: number) => void): void {
    const { columns } = this.#reader.views;
    const { rows } = this.#reader;
    const next = columns[COLUMN_NEXT]!;
    let last = -1;
    // Rows of a set ascend; looked at so that an index that is emptied meanwhile leads nobody in a circle.
    for (let row = columns[COLUMN_FIRST]![set]! - 1; row > last && row < rows; row = next[row]! - 1) {
      visit(row);
      last = row;
    }
  }

  /** The rows of several metrics in the chosen sets, which are few. */
  #ofManyInSets(metrics: readonly IndexedMetric[]): number {
    const entries = this.#reader.views.columns[COLUMN_METRIC]!;
    const wanted = new Set(metrics.map(({ entry }) => entry));
    return this.#ofSets((row) => wanted.has(entries[row]!));
  }

  /** The rows of several metrics. */
  #ofMany(metrics: readonly IndexedMetric[], metricCount: number): number {
    if (this.#choice.isList) return this.#ofManyInSets(metrics);
    const reader = this.#reader;
    const { rows } = reader;
    this.#reserve(rows);
    let meant = 0;
    for (const { entry } of metrics) meant += reader.itemCount(entry);
    if (meant * WALK_SHARE > rows) return this.#walkRows(metrics, metricCount);
    this.#rowBits.reset(rows);
    for (const { entry } of metrics) reader.markItems(entry, rows, this.#rowBits.words);
    const found = this.#rowBits.copyInto(this.#rows);
    if (this.#choice.isAll) return found;
    const sets = reader.views.columns[COLUMN_SET]!;
    const { bits } = this.#choice;
    let count = 0;
    for (let i = 0; i < found; i++) if (bits.has(sets[this.#rows[i]!]!)) this.#rows[count++] = this.#rows[i]!;
    return count;
  }

  /** The same by a look at each row there is: for metrics that have a good part of them. */
  #walkRows(metrics: readonly IndexedMetric[], metricCount: number): number {
    const reader = this.#reader;
    const { columns } = reader.views;
    const [entries, sets] = [columns[COLUMN_METRIC]!, columns[COLUMN_SET]!];
    const { isAll, bits } = this.#choice;
    const wanted = new Uint8Array(metricCount);
    for (const { order } of metrics) wanted[order] = 1;
    const isEach = metrics.length === wanted.length;
    const rows = this.#rows;
    let count = 0;
    for (let row = 0; row < reader.rows; row++) {
      if (!isAll && !bits.has(sets[row]!)) continue;
      if (isEach || wanted[reader.ordinalOf(entries[row]!)] === 1) rows[count++] = row;
    }
    return count;
  }

  /** A metric's rows in front of `#rows`; answers how many. */
  #copyRows(entry: number): number {
    const size = this.#reader.itemCount(entry);
    this.#reserve(size);
    return this.#reader.copyItems(entry, this.#reader.rows, this.#rows);
  }

  /** The first `count` of `#rows`, which ascend, by group: numbers of a group ascend with rows. */
  #byGroup(count: number): SelectedRows {
    const places = this.#reader.views.columns[COLUMN_PLACE]!;
    const rows = this.#rows;
    const starts = new Int32Array(GROUP_COUNT + 1);
    for (let i = 0; i < count; i++) starts[(places[rows[i]!]! >>> PLACE_NUMBER_BITS) + 1]!++;
    for (let group = 0; group < GROUP_COUNT; group++) starts[group + 1]! += starts[group]!;
    const sorted = new Uint32Array(count);
    const at = starts.slice();
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      sorted[at[places[row]! >>> PLACE_NUMBER_BITS]!++] = row;
    }
    return { rows: sorted, starts };
  }

  #reserve(count: number): void {
    if (this.#rows.length >= count) return;
    const larger = new Int32Array(2 ** Math.ceil(Math.log2(count)));
    larger.set(this.#rows);
    this.#rows = larger;
  }
}
