import { COLUMN_SET } from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesConditions } from './label-matcher.js';
import { LINES_AT_ONCE } from './limits.js';
import type { SeriesIndex } from './series-index.js';
import type { StopCheck } from './stop-check.js';

/** How many of the series that meet the conditions have each set of labels. */
export class SetWeights {
  /** By set. */
  readonly weights: Uint32Array;
  readonly #index: SeriesIndex;

  constructor(index: SeriesIndex, conditions: SeriesConditions) {
    this.#index = index;
    this.weights = new Uint32Array(index.reader.sets);
    const sets = index.reader.views.columns[COLUMN_SET]!;
    const { rows } = index.select(index.metricsThat(conditions), conditions);
    for (let i = 0; i < rows.length; i++) this.weights[sets[rows[i]!]!]!++;
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
