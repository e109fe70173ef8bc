import { assert } from '../../native-free-core/assert.js';
import { GROUPINGS_KEPT, SCAN_SERIES_MAX } from './limits.js';
import { SeriesGroups } from './series-groups.js';
import type { ShardView } from './shard-view.js';
import { type StopCheck, tooBig } from './stop-check.js';
import type { U32List } from './u32-list.js';

/** The selected series of one shard. */
export interface ShardSelection {
  view: ShardView;
  /** Ids in the view's index, by group and, within it, by number. */
  ids: U32List;
  /** The ordinal of the first; the others follow. */
  firstOrdinal: number;
}

/**
 * The series that a query is about. Each has an ordinal, counted from 0 over all shards by group and number: an order
 * that stays when series are added and when the folder is opened with another number of shards.
 */
export class Selection {
  readonly shards: ShardSelection[] = [];
  count = 0;
  readonly #seriesMax: number;
  readonly #groups = new Map<string, SeriesGroups>();

  constructor(seriesMax = SCAN_SERIES_MAX) {
    this.#seriesMax = seriesMax;
  }

  /** Shards are added in their order. @throws MillraceError MR_QUERY_TOO_BIG */
  add(view: ShardView, ids: U32List): void {
    if (ids.length === 0) return;
    this.shards.push({ view, ids, firstOrdinal: this.count });
    this.count += ids.length;
    if (this.count > this.#seriesMax)
      throw tooBig(
        `selects more than ${this.#seriesMax} series (limits.querySeries)`,
        'Ask for fewer series (host=, match=).',
      );
  }

  /** The series by the values of some labels; worked out once for each of the last lists of labels. @throws what `stop` does meanwhile */
  groupsBy(labels: readonly string[], stop: StopCheck): SeriesGroups {
    const key = JSON.stringify(labels);
    let groups = this.#groups.get(key);
    if (groups === undefined) {
      groups = new SeriesGroups(this, labels, stop);
      if (this.#groups.size >= GROUPINGS_KEPT)
        this.#groups.delete(this.#groups.keys().next().value as string);
      this.#groups.set(key, groups);
    }
    return groups;
  }

  labelsOf(ordinal: number): Record<string, string> {
    const { view, id } = this.#place(ordinal);
    return view.index.labelsOf(id);
  }

  /** Identifies a series for as long as its folder exists. */
  seriesOf(ordinal: number): { group: number; number: number } {
    const { view, id } = this.#place(ordinal);
    return { group: view.firstGroup + view.index.localGroupOf(id), number: view.index.numberOf(id) };
  }

  /** How many of the series come before (group, number). */
  ordinalsBefore(group: number, number: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const series = this.seriesOf(middle);
      if (series.group < group || (series.group === group && series.number < number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #place(ordinal: number): { view: ShardView; id: number } {
    for (const { view, ids, firstOrdinal } of this.shards) {
      if (ordinal < firstOrdinal + ids.length) return { view, id: ids.items[ordinal - firstOrdinal]! };
    }
    assert(false, 'an ordinal lies outside its selection');
  }
}
