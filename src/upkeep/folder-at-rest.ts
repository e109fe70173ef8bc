import { SERIES_TOTAL_MAX } from '../../native-free-core/limits.js';
import { RetentionPolicy, type RetentionSpec } from '../../native-free-core/retention/retention-policy.js';
import { ShardMap } from '../../native-free-core/series/refs.js';
import { createSeriesIndexMemory } from '../../native-free-core/series-index/series-index-memory.js';
import type { Clock } from '../clock.js';
import type { QueryAnswer, QueryRequest } from '../http/ports.js';
import type { IndexedShard } from '../indexer/index-builder.js';
import { indexSizes } from '../indexer/index-sizes.js';
import { OwnIndexPass } from '../indexer/own-index-pass.js';
import { LiveCoverage } from '../query/live-coverage.js';
import { QueryEngine } from '../query/query-engine.js';
import { QueryFindings } from '../query/query-findings.js';
import type { QueryLimits } from '../query/query-limits.js';
import { SeriesIndex } from '../query/series-index.js';
import { ShardView } from '../query/shard-view.js';
import { StopCheck } from '../query/stop-check.js';
import { recoverShard } from '../shard/recovery.js';
import { createShardMemory, type ShardMemory } from '../shard/shard-memory.js';
import type { StoreFinding } from '../store/findings.js';
import { Folder } from '../store/folder.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { RING_BYTES_MIN } from './limits.js';

/** What is there is shown, however old it is. */
const KEPT_FOR_EVER: RetentionSpec = {
  raw: Number.POSITIVE_INFINITY,
  '1m': Number.POSITIVE_INFINITY,
  '5m': Number.POSITIVE_INFINITY,
  '1h': Number.POSITIVE_INFINITY,
  '1d': Number.POSITIVE_INFINITY,
  rules: [],
};

const NO_LIMITS: QueryLimits = {
  points: Number.POSITIVE_INFINITY,
  series: Number.POSITIVE_INFINITY,
  rows: Number.POSITIVE_INFINITY,
};

/** How long one question may take, ms: nobody waits behind it. */
const ANSWER_MS_MAX = 3_600_000;

/**
 * A folder that no engine runs on, open for questions on this thread: its logs are replayed into memory, and nothing is
 * swept, rolled up or taken in. On disk nothing changes but what every start does: a damaged value of the log is set
 * aside, and a log that is larger than the open state is stored in part.
 */
export class FolderAtRest {
  /** What was found damaged. */
  readonly findings: StoreFinding[] = [];
  readonly #folder: Folder;
  readonly #clock: Clock;
  readonly #stores: LmdbStore[] = [];
  readonly #views: ShardView[] = [];
  readonly #met = new QueryFindings();
  readonly #series: SeriesIndex;
  readonly #engine: QueryEngine;

  /** @throws MillraceError when the folder can't be opened, or an engine has it */
  static open(path: string, clock: Clock): FolderAtRest {
    return new FolderAtRest(Folder.openExisting(path), clock);
  }

  private constructor(folder: Folder, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    try {
      const map = new ShardMap(folder.manifest.shards);
      const index = createSeriesIndexMemory(indexSizes(SERIES_TOTAL_MAX), folder.hashKey);
      const pass = new OwnIndexPass(index, this.#indexedShards(map), (group, page) => {
        this.#met.add('series page', `group ${group}, page ${page}`);
      });
      this.#series = new SeriesIndex(index, pass);
      const memories = Array.from({ length: map.shardCount }, (_, shard) => this.#openShard(shard, map));
      const coverage = new LiveCoverage(memories, clock);
      coverage.observe();
      const options = {
        retention: new RetentionPolicy(KEPT_FOR_EVER),
        tierBytesMax: [],
        limits: NO_LIMITS,
      };
      const seen = { views: this.#views, series: this.#series };
      this.#engine = new QueryEngine(seen, this.#met, coverage, options);
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  #openShard(shard: number, map: ShardMap): ShardMemory {
    const memory = createShardMemory(map.groupCount(shard), SERIES_TOTAL_MAX, RING_BYTES_MIN);
    const path = this.#folder.shardPath(shard);
    const store = LmdbStore.open(path);
    this.#stores.push(store);
    const { recovered } = recoverShard({ shard, map, memory, store, session: 1 }, this.#clock);
    this.findings.push(...recovered.findings);
    this.#views.push(new ShardView({ shard, map, path, memory }, this.#met, this.#series));
    return memory;
  }

  #indexedShards(map: ShardMap): IndexedShard[] {
    return Array.from({ length: map.shardCount }, (_, shard) => ({
      firstGroup: map.firstGroup(shard),
      groupCount: map.groupCount(shard),
      // Nothing comes to a folder at rest: the first pass takes all.
      countSeries: () => 1,
      openStore: () => this.#views[shard]!.openStore(),
    }));
  }

  answer(request: QueryRequest): QueryAnswer {
    return this.#engine.answer(request, new StopCheck(this.#clock, ANSWER_MS_MAX, () => false, NO_LIMITS));
  }

  /** Damaged places that answers since the last call passed over. */
  takeDamaged(): string[] {
    return this.#met.take();
  }

  async close(): Promise<void> {
    for (const view of this.#views) await view.close();
    for (const store of this.#stores) await store.closed();
    this.#folder.close();
  }
}
