import { assert } from '../../native-free-core/assert.js';
import { ENTRY_FIRST, ROOT_METRICS } from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexMemory } from '../../native-free-core/series-index/series-index-memory.js';
import { SeriesIndexReader } from '../../native-free-core/series-index/series-index-reader.js';
import { MillraceError } from '../errors.js';
import type { IndexPass } from './index-pass.js';
import type { IndexedMetric } from './indexed-metric.js';
import type { SeriesConditions } from './label-matcher.js';
import { BUSY_RETRY_MS } from './limits.js';
import { SeriesLabels } from './series-labels.js';
import { type SelectedRows, SeriesRows } from './series-rows.js';
import type { StopCheck } from './stop-check.js';
import type { WorkPart } from './work.js';

/**
 * The index of labels as one query thread sees it (series-index-layout.ts says how it lies in memory). The memory is shared: a thread
 * has nothing of its own but scratch, some remembered texts and the names of metrics.
 */
export class SeriesIndex {
  readonly reader: SeriesIndexReader;
  readonly labels: SeriesLabels;
  readonly #pass: IndexPass;
  readonly #finder: SeriesRows;
  readonly #metrics = new Map<string, IndexedMetric>();
  readonly #byOrder: IndexedMetric[] = [];
  #epoch = -1;
  #stop: StopCheck | undefined;
  #last:
    | { metrics: readonly IndexedMetric[]; conditions: SeriesConditions; rows: number; found: SelectedRows }
    | undefined;

  constructor(memory: SeriesIndexMemory, pass: IndexPass) {
    this.reader = new SeriesIndexReader(memory);
    this.labels = new SeriesLabels(this.reader);
    this.#pass = pass;
    this.#finder = new SeriesRows(this.reader);
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

  /** @throws what the query's `stop` does */
  look(): void {
    this.#stop?.check();
  }

  /** Says beforehand that this is done for each metric there is. */
  foreseeForMetrics(part: WorkPart): void {
    this.#stop?.foresee(part, this.#byOrder.length);
  }

  /** The metrics whose names meet the conditions, in the order of `order`. @throws what the query's `stop` does */
  metricsThat(conditions: SeriesConditions): IndexedMetric[] {
    const named = conditions.namedMetrics;
    if (named === undefined) return this.#matching(conditions);
    const found = named.filter((name) => conditions.matchesName(name)).map((name) => this.#metrics.get(name));
    return found.filter((metric) => metric !== undefined).sort((a, b) => a.order - b.order);
  }

  #matching(conditions: SeriesConditions): IndexedMetric[] {
    const { namesAtOnce } = conditions;
    return this.#byOrder.filter(({ name }, i) => {
      if (i % namesAtOnce === 0) this.#stop?.check();
      return conditions.matchesName(name);
    });
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
    const found = this.#finder.select(metrics, this.#byOrder.length, conditions, this.#stop);
    this.#last = { metrics: [...metrics], conditions, rows, found };
    return found;
  }

  /** Whether any series of a metric meets the conditions. @throws what the query's `stop` does */
  hasAny(metric: IndexedMetric, conditions: SeriesConditions): boolean {
    this.#stop?.check();
    return this.#finder.hasAny(metric, conditions, this.#stop);
  }

  /** A row of the metric in one of `groupCount` groups. */
  anyRowOf(metric: IndexedMetric, firstGroup: number, groupCount: number): number | undefined {
    return this.#finder.anyRowOf(metric, firstGroup, groupCount);
  }

  #forget(): void {
    this.#epoch = this.reader.epoch;
    this.#metrics.clear();
    this.#byOrder.length = 0;
    this.#last = undefined;
    this.labels.clear();
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
}
