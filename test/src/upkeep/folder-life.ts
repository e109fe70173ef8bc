import { PagedHistogram } from '../../../native-free-core/histogram/paged-histogram.js';
import { RetentionPolicy } from '../../../native-free-core/retention/retention-policy.js';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import { defaultWireLimits } from '../../../protocol/limits.js';
import type { RawRequest } from '../../../src/http/present/raw.js';
import { BatchIntake } from '../../../src/ingest/batch-intake.js';
import { HttpIntake } from '../../../src/ingest/http-intake.js';
import { IngestCounters } from '../../../src/ingest/ingest-counters.js';
import { ProducerDirectory } from '../../../src/ingest/producer-directory.js';
import { SeriesResolver } from '../../../src/ingest/series-resolver.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import { COMPACTION_BOUNDS } from '../../../src/shard/jobs/compaction-bounds.js';
import { recoverShard } from '../../../src/shard/recovery.js';
import { ShardCounters } from '../../../src/shard/shard-counters.js';
import type { ShardEngine } from '../../../src/shard/shard-engine.js';
import { createShardMemory } from '../../../src/shard/shard-memory.js';
import type { ShardOptions } from '../../../src/shard/shard-options.js';
import { Folder } from '../../../src/store/folder.js';
import { LmdbStore } from '../../../src/store/lmdb-store.js';
import { FolderAtRest } from '../../../src/upkeep/folder-at-rest.js';

export const NOW_MS = 1_700_000_000_000;
const SERIES_TOTAL = 40_000;
const RING_BYTES = 1024 * 1024;
export const METRIC = 'life.test';

/** A number for each life, as an engine draws one. */
let sessions = 100;

export const testClock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };

const INFINITE = Number.POSITIVE_INFINITY;
export const FOR_EVER = new RetentionPolicy({
  raw: INFINITE,
  '1m': INFINITE,
  '5m': INFINITE,
  '1h': INFINITE,
  '1d': INFINITE,
  rules: [],
});

const BOUNDS = {
  arenaBytesSoft: 64 * 1024,
  arenaBytesPerSeries: 0,
  cycleBytesMax: 64 * 1024,
  logBytesMax: 1024 ** 3,
  flushAgeMsMax: Number.POSITIVE_INFINITY,
};

/** How the shards of a life differ from those that keep everything and do little at a time. */
export type LifeOptions = Partial<Pick<ShardOptions, 'bounds' | 'retention' | 'tierBytesMax'>>;

/** Bounds with which every flush is followed by its compaction, in many small jobs. */
export const EAGER_BOUNDS = {
  ...BOUNDS,
  flushStepSeries: 64,
  compaction: {
    ...COMPACTION_BOUNDS,
    generationsMin: 1,
    quietMs: 0,
    ageMsMax: 0,
    seriesPoints: 0,
    jobBytes: 16_384,
    segmentBytes: 2_048,
    stepWork: 2_000,
    laneSeries: 64,
  },
};

/** A data folder while an engine has it: the real front end and the real shards, on the thread of the test. */
export class FolderLife {
  readonly folder: Folder;
  readonly engines: ShardEngine[];
  readonly #stores: LmdbStore[];
  readonly #producers: ProducerDirectory;
  readonly #intake: BatchIntake;
  readonly #http: HttpIntake;

  /** Opens a folder with the shards that it has, or makes it for `shards`. */
  constructor(path: string, shards: number, options: LifeOptions = {}) {
    this.folder = Folder.open(path, shards, 'test');
    const map = new ShardMap(this.folder.manifest.shards);
    const all = Array.from({ length: map.shardCount }, (_, shard) => shard);
    const memories = all.map((k) => createShardMemory(map.groupCount(k), SERIES_TOTAL, RING_BYTES));
    const links = new ShardLinks(
      memories.map(({ ring }) => ring),
      memories.map(({ counters }) => new ShardCounters(counters)),
    );
    const limits = {
      ...defaultWireLimits,
      seriesTotalMax: SERIES_TOTAL,
      seriesPerMetricMax: SERIES_TOTAL,
      retention: FOR_EVER,
    };
    const resolver = new SeriesResolver(map, this.folder.hashKey, limits, links);
    this.#producers = new ProducerDirectory(links);
    this.#intake = new BatchIntake(links, resolver, {
      retention: FOR_EVER,
      clockSkewMs: 1e9,
    });
    this.#http = new HttpIntake(this.#intake, links, new IngestCounters(PagedHistogram.withOwnMemory(8)));
    this.#stores = all.map((k) => LmdbStore.open(this.folder.shardPath(k)));
    const session = ++sessions;
    const started = all.map((shard) => {
      const parts = { shard, map, memory: memories[shard]!, store: this.#stores[shard]!, session };
      return recoverShard({ ...parts, bounds: BOUNDS, ...options }, testClock);
    });
    this.engines = started.map(({ engine }) => engine);
    for (const { recovered } of started) resolver.restore(recovered);
    this.#producers.restore(started.map(({ recovered }) => recovered));
  }

  /** What a producer is told when it says hello. */
  lastSeq(producer: string): number {
    return this.#producers.take({ producer, instance: '', attempt: 0 }, { onTakenOver: () => {} })!
      .durableSeq;
  }

  /**
   * Sends a batch of `count` points: point i of batch `seq` has the value seq × 10,000 + i, and goes to one of 200 series.
   * It is stored when the call returns.
   */
  send(producer: string, seq: number, count: number): void {
    this.put(producer, seq, count);
    this.work();
  }

  /** The same, but leaves it in the rings. */
  put(producer: string, seq: number, count: number, metric = METRIC): void {
    const { columns } = this.#intake;
    const { ref } = this.#producers.take({ producer, instance: '', attempt: 0 }, { onTakenOver: () => {} })!;
    this.#intake.begin('history', NOW_MS);
    columns.reserve(count);
    for (let i = 0; i < count; i++) {
      columns.refs[i] = this.#http.resolve(metric, { producer, series: String((seq * 7 + i) % 200) });
      columns.values[i] = seq * 10_000 + i;
      columns.times[i] = NOW_MS - 100_000 + seq * 1_000 + i;
    }
    columns.count = count;
    const head = { producer: ref, seq, baseMs: 0, arrivalMs: NOW_MS };
    if (this.#intake.route(head, 0) === undefined) throw new Error('the ring of the test is full');
  }

  work(): void {
    for (const engine of this.engines) while (engine.doWork(NOW_MS) > 0);
  }

  /** Whether accepted = open + stored + expired + damaged in every shard; and how many were accepted in all. */
  accepted(): number {
    let accepted = 0;
    for (const { counters } of this.engines) {
      const [all, ...parts] = (['accepted', 'open', 'stored', 'expired', 'damaged'] as const).map((name) =>
        counters.get(name),
      );
      const sum = parts.reduce((a, b) => a + b, 0);
      if (all !== sum) throw new Error(`a shard accepted ${all} points and has ${sum}`);
      accepted += all!;
    }
    return accepted;
  }

  /** Everything goes into blocks. */
  async stop(): Promise<void> {
    for (const engine of this.engines) engine.storeAll(NOW_MS);
    await this.crash();
  }

  /** What is in the log stays there. */
  async crash(): Promise<void> {
    for (const store of this.#stores) await store.closed();
    this.folder.close();
  }
}

/** Every point of METRIC in a folder at rest, as text, in the order of an answer. */
export async function pointsAtRest(path: string, metric = METRIC): Promise<string[]> {
  const rest = FolderAtRest.open(path, testClock);
  try {
    const lines: string[] = [];
    let cursor: string | undefined;
    do {
      const request: RawRequest = {
        kind: 'raw',
        format: 'ndjson',
        selectors: [],
        metric,
        startMs: 0,
        endMs: Number.MAX_SAFE_INTEGER,
        limit: 10_000,
        cursor,
      };
      const answer = rest.answer(request);
      lines.push(...Buffer.from(answer.body).toString('utf8').split('\n').slice(0, -1));
      cursor = answer.nextCursor;
    } while (cursor !== undefined);
    return lines;
  } finally {
    await rest.close();
  }
}
