import type { ShardMap } from '../../native-free-core/series/refs.js';
import { ShardCounters } from '../shard/shard-counters.js';
import type { ShardMemory } from '../shard/shard-memory.js';
import { type LmdbSnapshot, LmdbSnapshots } from '../store/lmdb-store.js';
import { StoreMark } from '../store/store-mark.js';
import { readGroupRecords } from './group-records.js';
import { HeadReader } from './head-reader.js';
import { KnownStore } from './known-store.js';
import type { QueryFindings } from './query-findings.js';
import type { SeriesIndex } from './series-index.js';
import { ShardSeries } from './shard-series.js';
import { ShardSnapshot } from './shard-snapshot.js';
import type { StopCheck } from './stop-check.js';

/** Where a shard is found: its number among all, its store's folder, its shared memory. */
export interface ShardPlace {
  shard: number;
  map: ShardMap;
  path: string;
  memory: ShardMemory;
}

/** One shard seen from one query thread: its series, its open state, snapshots of its store. */
export class ShardView {
  readonly index: ShardSeries;
  readonly head: HeadReader;
  readonly memory: ShardMemory;
  readonly #place: ShardPlace;
  readonly #counters: ShardCounters;
  readonly #snapshots: LmdbSnapshots;
  readonly #findings: QueryFindings;
  readonly #mark: StoreMark;
  #known: KnownStore | undefined;

  /** `series` is the index of all shards. */
  constructor(place: ShardPlace, findings: QueryFindings, series: SeriesIndex) {
    this.#place = place;
    this.#findings = findings;
    this.memory = place.memory;
    this.index = new ShardSeries(series, place.shard, place.map);
    this.#counters = new ShardCounters(place.memory.counters);
    this.head = new HeadReader(place.memory.head);
    this.#snapshots = new LmdbSnapshots(place.path);
    this.#mark = new StoreMark(place.memory.store);
  }

  /** How often the shard's open state was built: once it is ready, by the worker that builds it. */
  get starts(): number {
    return this.#counters.get('starts');
  }

  /** What a StopCheck is told before the records of the shard are read. */
  get place(): string {
    return this.#place.path;
  }

  get firstGroup(): number {
    return this.#place.map.firstGroup(this.#place.shard);
  }

  get groupCount(): number {
    return this.#place.map.groupCount(this.#place.shard);
  }

  /** The highest generation whose open points may be gone. */
  get released(): number {
    return this.head.released;
  }

  /** The slot of one of a metric's series; undefined when the shard has none. */
  anySlotOf(metric: string): number | undefined {
    const known = this.index.metric(metric);
    const row = known && this.index.series.anyRowOf(known, this.firstGroup, this.groupCount);
    return row === undefined ? undefined : this.index.slotOf(row);
  }

  /**
   * A view of everything that the shard has. Close it soon: the store keeps every page that it shows. With a `stop` that spares reads it is
   * not open where what is remembered may do.
   */
  openSnapshot(stop?: StopCheck): ShardSnapshot {
    const { firstGroup, starts } = this;
    const { version } = this.#mark;
    const known = version === undefined || this.#known?.version !== version ? undefined : this.#known;
    if (known !== undefined && stop?.sparesReads === true) {
      return new ShardSnapshot(known, { firstGroup, starts, stop }, () => this.#openAt(known.version, stop));
    }
    stop?.beforeRead(this.place);
    const reader = this.#snapshots.open();
    try {
      const isSame = version !== undefined && this.#mark.version === version;
      const used = known !== undefined && isSame ? known : this.#read(reader, isSame ? version : undefined);
      const snapshot = new ShardSnapshot(used, { firstGroup, starts, stop }, () => reader);
      snapshot.tryOpen();
      return snapshot;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** A view of the store alone. Close it soon. */
  openStore(): LmdbSnapshot {
    return this.#snapshots.open();
  }

  close(): Promise<void> {
    return this.#snapshots.close();
  }

  /** Reads what is to be remembered of a version of the store. */
  #read(reader: LmdbSnapshot, version: number | undefined): KnownStore {
    const records = readGroupRecords(reader, this.firstGroup, this.groupCount, this.#findings);
    if (version === undefined || !records.isLasting) return new KnownStore(undefined, records);
    this.#known = new KnownStore(version, records);
    return this.#known;
  }

  #openAt(version: number | undefined, stop: StopCheck): LmdbSnapshot | undefined {
    stop.beforeRead(this.place);
    const reader = this.#snapshots.open();
    if (this.#mark.version === version) return reader;
    reader.close();
    return undefined;
  }
}
