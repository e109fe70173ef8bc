import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { Labels } from '../http/ports.js';
import type { IndexedMetric } from './indexed-metric.js';
import type { SeriesConditions } from './label-matcher.js';
import type { SeriesIndex } from './series-index.js';
import type { SelectedRows } from './series-rows.js';
import { U32List } from './u32-list.js';

/**
 * The series of one shard in the index of all. A series' id is its row in the index; within a group ids ascend with numbers.
 */
export class ShardSeries {
  /** The index of all shards. */
  readonly series: SeriesIndex;
  readonly #firstGroup: number;
  readonly #groupCount: number;

  constructor(index: SeriesIndex, shard: number, map: ShardMap) {
    this.series = index;
    this.#firstGroup = map.firstGroup(shard);
    this.#groupCount = map.groupCount(shard);
  }

  /** The metrics of all shards, in the order of `order`: this one may have no series of some. */
  get metrics(): readonly IndexedMetric[] {
    return this.series.metrics;
  }

  /** A metric that some shard has, by its name. */
  metric(name: string): IndexedMetric | undefined {
    return this.series.metric(name);
  }

  /** The series' group, counted from the shard's first. */
  localGroupOf(id: number): number {
    return this.series.reader.groupOf(id) - this.#firstGroup;
  }

  numberOf(id: number): number {
    return this.series.reader.numberOf(id);
  }

  /** The `order` of the series' metric. */
  metricOrderOf(id: number): number {
    return this.series.reader.ordinalOf(this.series.reader.metricOf(id));
  }

  slotOf(id: number): number {
    // The same as ShardMap.slotOf, without the search for the shard.
    return this.numberOf(id) * this.#groupCount + this.localGroupOf(id);
  }

  labelsOf(id: number): Labels {
    return this.series.labels.of(id);
  }

  /** The ids of a metric's series that meet the conditions, by group and, within it, by number. */
  select(metric: IndexedMetric, conditions: SeriesConditions): U32List {
    return this.#own(this.series.select([metric], conditions));
  }

  /** The same of several metrics. */
  selectAll(metrics: readonly IndexedMetric[], conditions: SeriesConditions): U32List {
    return this.#own(this.series.select(metrics, conditions));
  }

  /** The part of this shard: its groups are neighbours. */
  #own({ rows, starts }: SelectedRows): U32List {
    return U32List.of(rows.subarray(starts[this.#firstGroup]!, starts[this.#firstGroup + this.#groupCount]!));
  }
}
