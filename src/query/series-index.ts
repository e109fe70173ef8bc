import { assert } from '../../native-free-core/assert.js';
import { GROUP_COUNT } from '../../native-free-core/limits.js';
import {
  COLUMN_FIRST,
  COLUMN_METRIC,
  COLUMN_NEXT,
  COLUMN_PLACE,
  COLUMN_SET,
  ENTRY_FIRST,
  PLACE_NUMBER_BITS,
  ROOT_METRICS,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexMemory } from '../../native-free-core/series-index/series-index-memory.js';
import { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { MillraceError } from '../errors.js';
import { BitSet } from './bit-set.js';
import type { IndexPass } from './index-pass.js';
import type { SeriesConditions } from './label-matcher.js';
import { BUSY_RETRY_MS } from './limits.js';
import { SeriesLabels } from './series-labels.js';
import { SetChoice } from './set-choice.js';
import type { StopCheck } from './stop-check.js';

/** A metric that has series. */
export interface IndexedMetric {
  name: string;
  /** Its entry in the index. */
  entry: number;
  /** Counted from 0 in the order in which the index met them. */
  order: number;
}

/** Rows of series by group and, within it, by number; those of group g are rows[starts[g] … starts[g + 1] - 1]. */
export interface SelectedRows {
  rows: Uint32Array;
  starts: Int32Array;
}

/**
 * The index of labels as one query thread sees it (series-index-layout.ts says how it lies in memory). The memory is shared: a thread
 * has nothing of its own but scratch, some remembered texts and the names of metrics.
 */
export class SeriesIndex {
  readonly reader: SeriesIndexReader;
  readonly labels: SeriesLabels;
  readonly #pass: IndexPass;
  readonly #choice: SetChoice;
  readonly #rowBits = new BitSet();
  readonly #metrics = new Map<string, IndexedMetric>();
  readonly #byOrder: IndexedMetric[] = [];
  #rows = new Int32Array(1_024);
  #epoch = -1;
  #stop: StopCheck | undefined;
  #last:
    | { metrics: readonly IndexedMetric[]; conditions: SeriesConditions; rows: number; found: SelectedRows }
    | undefined;

  constructor(memory: SeriesIndexMemory, pass: IndexPass) {
    this.reader = new SeriesIndexReader(memory);
    this.labels = new SeriesLabels(this.reader);
    this.#pass = pass;
    this.#choice = new SetChoice(this.reader);
  }

  /**
   * Begins a query: sees to it that all series are in that shards had counted before, which they do once they are stored.
   * @throws MillraceError MR_STARTING, MR_QUERY_TIMEOUT; QueryCancelled
   */
  begin(stop: StopCheck): void {
    this.#stop = stop;
    this.#bring(false, stop);
  }

  /** Takes also what is stored and not counted yet, before a client is told that there is none. */
  refreshAll(): void {
    assert(this.#stop !== undefined, 'an index is refreshed outside of a query');
    this.#bring(true, this.#stop);
  }

  /** @throws MillraceError MR_BUSY when what the query read is not the index that there is now */
  end(): void {
    if (this.reader.isSame) return;
    throw new MillraceError('MR_BUSY', 'The index of series was built anew meanwhile. Try again.', {
      retryAfterMs: BUSY_RETRY_MS,
    });
  }

  #bring(always: boolean, stop: StopCheck): void {
    this.#pass.bring(this.reader, always, stop);
    if (this.reader.epoch !== this.#epoch) this.#forget();
    this.#takeMetrics();
  }

  get count(): number {
    return this.reader.rows;
  }

  get metrics(): readonly IndexedMetric[] {
    return this.#byOrder;
  }

  metric(name: string): IndexedMetric | undefined {
    return this.#metrics.get(name);
  }

  metricAt(row: number): IndexedMetric {
    return this.#byOrder[this.reader.ordinalOf(this.reader.metricOf(row))]!;
  }

  /** The metrics whose names meet the conditions, in the order of `order`. */
  metricsThat(conditions: SeriesConditions): IndexedMetric[] {
    const named = conditions.namedMetrics;
    if (named === undefined) return this.#byOrder.filter(({ name }) => conditions.matchesName(name));
    const found = named.filter((name) => conditions.matchesName(name)).map((name) => this.#metrics.get(name));
    return found.filter((metric) => metric !== undefined).sort((a, b) => a.order - b.order);
  }

  /** The entries in a root's or a label's list. */
  children(parent: number): Int32Array {
    const items = new Int32Array(this.reader.itemCount(parent));
    const count = this.reader.copyItems(parent, Number.POSITIVE_INFINITY, items);
    return items.subarray(0, count);
  }

  /** The rows of a metric's series, and of those alone that meet the conditions. */
  select(metrics: readonly IndexedMetric[], conditions: SeriesConditions): SelectedRows {
    const last = this.#last;
    const { rows } = this.reader;
    if (
      last?.conditions === conditions &&
      last.rows === rows &&
      last.metrics.length === metrics.length &&
      last.metrics.every((metric, i) => metric === metrics[i])
    )
      return last.found;
    this.#choice.choose(conditions);
    const count = metrics.length === 1 ? this.#ofOne(metrics[0]!) : this.#ofMany(metrics);
    const found = this.#byGroup(count);
    this.#last = { metrics: [...metrics], conditions, rows, found };
    return found;
  }

  /** A row of the metric in one of `groupCount` groups. */
  anyRowOf({ entry }: IndexedMetric, firstGroup: number, groupCount: number): number | undefined {
    const count = this.#copyRows(entry);
    for (let i = 0; i < count; i++) {
      const group = this.reader.groupOf(this.#rows[i]!) - firstGroup;
      if (group >= 0 && group < groupCount) return this.#rows[i]!;
    }
    return undefined;
  }

  /** Whether any series of a metric meets the conditions. */
  hasAny({ entry }: IndexedMetric, conditions: SeriesConditions): boolean {
    this.#choice.choose(conditions);
    const choice = this.#choice;
    if (choice.isAll) return true;
    const sets = this.reader.views.columns[COLUMN_SET]!;
    const all = this.#copyRows(entry);
    for (let i = 0; i < all; i++) if (choice.bits.has(sets[this.#rows[i]!]!)) return true;
    return false;
  }

  #forget(): void {
    this.#epoch = this.reader.epoch;
    this.#metrics.clear();
    this.#byOrder.length = 0;
    this.#last = undefined;
    this.labels.texts.clear();
  }

  #takeMetrics(): void {
    const { reader } = this;
    const { heap } = reader.views;
    const known = this.#byOrder.length;
    const size = reader.itemCount(ROOT_METRICS);
    if (size === known) return;
    const entries = new Int32Array(size);
    const count = reader.copyItems(ROOT_METRICS, Number.POSITIVE_INFINITY, entries);
    for (let order = known; order < count; order++) {
      const entry = entries[order]!;
      const first = heap[entry + ENTRY_FIRST]! - 1;
      // What is not published comes with the next refresh.
      if (first < 0 || first >= reader.rows) return;
      const metric = { name: this.labels.texts.of(entry), entry, order };
      this.#byOrder.push(metric);
      this.#metrics.set(metric.name, metric);
    }
  }

  /** Leaves the rows of one metric in front of `#rows`, ascending; answers how many. */
  #ofOne({ entry }: IndexedMetric): number {
    const choice = this.#choice;
    const { columns } = this.reader.views;
    if (choice.isList && choice.count * 4 < this.reader.itemCount(entry)) {
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
    const { columns } = this.reader.views;
    const { rows } = this.reader;
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
    const entries = this.reader.views.columns[COLUMN_METRIC]!;
    const wanted = new Set(metrics.map(({ entry }) => entry));
    return this.#ofSets((row) => wanted.has(entries[row]!));
  }

  /** The rows of several metrics. */
  #ofMany(metrics: readonly IndexedMetric[]): number {
    const { reader } = this;
    if (this.#choice.isList) return this.#ofManyInSets(metrics);
    const { rows } = reader;
    const sets = reader.views.columns[COLUMN_SET]!;
    const { isAll, bits } = this.#choice;
    this.#rowBits.reset(rows);
    for (const { entry } of metrics) reader.markItems(entry, rows, this.#rowBits.words);
    this.#reserve(rows);
    const found = this.#rowBits.copyInto(this.#rows);
    if (isAll) return found;
    let count = 0;
    for (let i = 0; i < found; i++) if (bits.has(sets[this.#rows[i]!]!)) this.#rows[count++] = this.#rows[i]!;
    return count;
  }

  /** A metric's rows in front of `#rows`; answers how many. */
  #copyRows(entry: number): number {
    const size = this.reader.itemCount(entry);
    this.#reserve(size);
    return this.reader.copyItems(entry, this.reader.rows, this.#rows);
  }

  /** The first `count` of `#rows`, which ascend, by group: numbers of a group ascend with rows. */
  #byGroup(count: number): SelectedRows {
    const places = this.reader.views.columns[COLUMN_PLACE]!;
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
