import type { ShardMap } from '../../native-free-core/series/refs.js';
import { ShardCounters } from '../shard/shard-counters.js';
import type { ShardMemory } from '../shard/shard-memory.js';
import { LmdbSnapshots } from '../store/lmdb-store.js';
import { HeadReader } from './head-reader.js';
import type { QueryFindings } from './query-findings.js';
import { SeriesIndex } from './series-index.js';
import { ShardSnapshot } from './shard-snapshot.js';

/** Where a shard is found: its number among all, its store's folder, its shared memory. */
export interface ShardPlace {
  shard: number;
  map: ShardMap;
  path: string;
  memory: ShardMemory;
}

/** One shard seen from one query thread: the index of its series, its open state, snapshots of its store. */
export class ShardView {
  readonly index: SeriesIndex;
  readonly head: HeadReader;
  readonly memory: ShardMemory;
  readonly #place: ShardPlace;
  readonly #counters: ShardCounters;
  readonly #snapshots: LmdbSnapshots;
  readonly #findings: QueryFindings;
  /** Series that the shard counted when the index was grown last. */
  #seenSeries = -1;

  constructor(place: ShardPlace, findings: QueryFindings) {
    this.#place = place;
    this.#findings = findings;
    this.memory = place.memory;
    this.index = new SeriesIndex(place.shard, place.map);
    this.#counters = new ShardCounters(place.memory.counters);
    this.head = new HeadReader(place.memory.head, () => this.#counters.get('restarts'));
    this.#snapshots = new LmdbSnapshots(place.path);
  }

  get firstGroup(): number {
    return this.#place.map.firstGroup(this.#place.shard);
  }

  get groupCount(): number {
    return this.#place.map.groupCount(this.#place.shard);
  }

  /**
   * Grows the index when the shard has counted new series, which it does once they are stored; `always` also when it
   * has not, before a client is told that there is none.
   */
  refresh(always: boolean): void {
    // Before the snapshot is opened: what is counted is in it.
    const series = this.#counters.get('series');
    if (series === this.#seenSeries && !always) return;
    const reader = this.#snapshots.open();
    try {
      this.index.refresh(reader, (group, page) => {
        this.#findings.add('series page', `group ${group}, page ${page}`);
      });
      this.#seenSeries = series;
    } finally {
      reader.close();
    }
  }

  /** The slot of one of a metric's series; undefined when the shard has none. */
  anySlotOf(metric: string): number | undefined {
    const ids = this.index.metric(metric)?.groups.find((group) => group !== undefined);
    return ids && this.index.slotOf(ids.items[0]!);
  }

  /** A view of everything that the shard has. Close it soon: the store keeps every page that it shows. */
  openSnapshot(): ShardSnapshot {
    const reader = this.#snapshots.open();
    try {
      return new ShardSnapshot(reader, this.firstGroup, this.groupCount, this.#findings);
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#snapshots.close();
  }
}
