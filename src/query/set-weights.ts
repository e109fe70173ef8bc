import { COLUMN_SET } from '../../native-free-core/series-index/series-index-layout.js';
import type { IndexedMetric } from './indexed-metric.js';
import type { SeriesConditions } from './label-matcher.js';
import { LINES_AT_ONCE } from './limits.js';
import type { TimeRange } from './point-scan.js';
import type { QueryTools } from './query-tools.js';
import { Selection } from './selection.js';
import type { SeriesIndex } from './series-index.js';
import type { StopCheck } from './stop-check.js';

/** How many of the series that are meant have each set of labels. */
export class SetWeights {
  /** By set. */
  readonly weights: Uint32Array;
  readonly #index: SeriesIndex;

  private constructor(index: SeriesIndex) {
    this.#index = index;
    this.weights = new Uint32Array(index.reader.sets);
  }

  /** Of the series that meet the conditions. */
  static of(index: SeriesIndex, conditions: SeriesConditions): SetWeights {
    const made = new SetWeights(index);
    const sets = index.reader.views.columns[COLUMN_SET]!;
    const { rows } = index.select(index.metricsThat(conditions), conditions);
    for (let i = 0; i < rows.length; i++) made.weights[sets[rows[i]!]!]!++;
    return made;
  }

  /** Of those that had points from `startMs` to `endMs`, or before and after; and the metrics that have such series. */
  static alive(
    { views, series: index, lines }: QueryTools,
    conditions: SeriesConditions,
    { startMs, endMs }: TimeRange,
    stop: StopCheck,
  ): { weights: SetWeights; metrics: Set<IndexedMetric> } {
    const weights = new SetWeights(index);
    const metrics = new Set<IndexedMetric>();
    const selection = new Selection(Number.POSITIVE_INFINITY);
    const wanted = index.metricsThat(conditions);
    for (const view of views) selection.add(view, view.index.selectAll(wanted, conditions));
    lines.scan(selection, stop, (_ordinal, columns, at, id) => {
      if (columns.oldestMs[at]! > endMs || columns.newestMs[at]! < startMs) return;
      weights.weights[index.reader.setOf(id)]!++;
      metrics.add(index.metricAt(id));
    });
    return { weights, metrics };
  }

  /** Visits the values of all sets that have series: the value's entry, its label's, and how many series the set has. */
  forEachValue(stop: StopCheck, visit: (value: number, label: number, series: number) => void): void {
    const { reader, labels } = this.#index;
    for (let set = 0; set < this.weights.length; set++) {
      if (set % LINES_AT_ONCE === 0) stop.check();
      const series = this.weights[set]!;
      if (series === 0) continue;
      labels.forEachValue(set, (value) => visit(value, reader.parentOf(value), series));
    }
  }

  /** Sets that have series. */
  get count(): number {
    let count = 0;
    for (const weight of this.weights) if (weight > 0) count++;
    return count;
  }
}
