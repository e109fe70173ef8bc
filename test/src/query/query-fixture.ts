import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsTimesOffset,
  pointsValuesOffset,
  seriesEntryBytes,
  TIMES_FULL,
} from '../../../native-free-core/entry/entry-layout.js';
import { writePointsHead, writeSeries } from '../../../native-free-core/entry/entry-writer.js';
import { createHeadBuffers } from '../../../native-free-core/head/head-memory.js';
import { LiveWindowsWriter } from '../../../native-free-core/live/live-windows-writer.js';
import { RetentionPolicy, type RetentionSpec } from '../../../native-free-core/retention/retention-policy.js';
import { RingProducer } from '../../../native-free-core/ring/ring-producer.js';
import { groupOfHash, ShardMap } from '../../../native-free-core/series/refs.js';
import { SeriesKeyBuilder } from '../../../native-free-core/series/series-key-builder.js';
import { hashWords, sipHash128 } from '../../../native-free-core/series/siphash128.js';
import { createSeriesIndexMemory } from '../../../native-free-core/series-index/series-index-memory.js';
import { SeriesIndexWriter } from '../../../native-free-core/series-index/series-index-writer.js';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';
import { systemClock } from '../../../src/clock.js';
import type { QueryAnswer, QueryRequest } from '../../../src/http/ports.js';
import { IndexBuilder, type IndexedShard } from '../../../src/indexer/index-builder.js';
import { LiveCoverage } from '../../../src/query/live-coverage.js';
import { QueryEngine } from '../../../src/query/query-engine.js';
import { QueryFindings } from '../../../src/query/query-findings.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import { SeriesIndex } from '../../../src/query/series-index.js';
import { ShardView } from '../../../src/query/shard-view.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { recoverShard } from '../../../src/shard/recovery.js';
import type { ShardEngine } from '../../../src/shard/shard-engine.js';
import { createShardMemory, type ShardMemory } from '../../../src/shard/shard-memory.js';
import type { ShardBounds } from '../../../src/shard/shard-options.js';
import { LmdbStore } from '../../../src/store/lmdb-store.js';
import { StoreMark } from '../../../src/store/store-mark.js';

export interface TestPoint {
  name: string;
  labels: Record<string, string>;
  timeMs: number;
  value: number;
}

/** A point as it was written, with what decides its place in an answer. */
export interface WrittenPoint extends TestPoint {
  group: number;
  number: number;
  arrival: number;
}

interface KnownSeries {
  group: number;
  number: number;
  shard: number;
  slot: number;
}

const KEY_LIMITS = { nameBytesMax: 255, labelNameBytesMax: 128, labelValueBytesMax: 512, labelsMax: 32 };
const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };
const SERIES_TOTAL = 40_000;
const INDEX_BYTES = 64 * 1024 * 1024;
const RING_BYTES = 8 * 1024 * 1024;
const ARENA_BYTES = 64 * 1024 * 1024;

/** Small enough that a few thousand points make a flush. */
export const SMALL_BOUNDS: ShardBounds = {
  arenaBytesSoft: 64 * 1024,
  arenaBytesPerSeries: 0,
  cycleBytesMax: 64 * 1024,
  logBytesMax: 1024 * 1024 * 1024,
  flushAgeMsMax: Number.POSITIVE_INFINITY,
};

/** Nothing is flushed but on demand. */
export const OPEN_BOUNDS: ShardBounds = { ...SMALL_BOUNDS, arenaBytesSoft: 32 * 1024 * 1024 };

/** Everything is kept for ever. */
export const KEEP_ALL: RetentionSpec = {
  raw: Number.POSITIVE_INFINITY,
  '1m': Number.POSITIVE_INFINITY,
  '5m': Number.POSITIVE_INFINITY,
  '1h': Number.POSITIVE_INFINITY,
  '1d': Number.POSITIVE_INFINITY,
  rules: [],
};

interface TestShard {
  memory: ShardMemory;
  path: string;
  ring: RingProducer;
  store: LmdbStore;
  live: LiveWindowsWriter;
  engine: ShardEngine;
  /** What was put into its ring, in order. */
  written: WrittenPoint[];
}

/** Real shards over real LMDB, all on the thread of the test, which turns their duty cycles by hand. */
export class TestShards {
  readonly map: ShardMap;
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-query-'));
  readonly shards: TestShard[] = [];
  readonly findings = new QueryFindings();
  nowMs = 1_700_000_000_000;
  /** Of queries; taken when the first is asked. */
  retention: RetentionSpec = KEEP_ALL;
  /** Of queries, and of shards from their next start on. */
  tierBytesMax: number[] = TIER_NAMES.map(() => Number.POSITIVE_INFINITY);
  #bounds: ShardBounds;
  #session = 1;
  #engine: QueryEngine | undefined;
  #views: ShardView[] = [];
  #index: { writer: SeriesIndexWriter; builder: IndexBuilder } | undefined;
  readonly #series = new Map<string, KnownSeries>();
  readonly #groupCounts = new Array<number>(16).fill(0);
  readonly #builder = new SeriesKeyBuilder(KEY_LIMITS);
  #arrival = 0;

  constructor(shardCount: number, bounds: ShardBounds = SMALL_BOUNDS) {
    this.map = new ShardMap(shardCount);
    this.#bounds = bounds;
    for (let shard = 0; shard < shardCount; shard++) {
      const memory = this.#memory(shard);
      const path = join(this.folder, `shard-${shard}`);
      this.shards.push({ memory, path, written: [], ...this.#start(shard, path, memory) });
    }
  }

  /**
   * Everything stops at once, as by kill -9 when `isNewProcess`, else as when the workers throw. All series must have
   * been taken from the rings before.
   */
  restart(isNewProcess: boolean): void {
    if (isNewProcess) this.#session++;
    if (isNewProcess) this.dropQueryEngine();
    this.shards.forEach((shard, k) => {
      shard.store.close();
      // As the supervisor does when a worker has died.
      if (!isNewProcess) shard.engine.counters.add('restarts', 1);
      if (isNewProcess) {
        shard.written.length = shard.engine.counters.get('accepted');
        shard.memory = this.#memory(k);
      }
      Object.assign(shard, this.#start(k, shard.path, shard.memory));
    });
  }

  /** Puts points into the rings: one entry a shard. Nothing is taken before `work`. */
  write(points: readonly TestPoint[]): void {
    const written = points.map((point) => ({ ...point, ...this.#resolve(point), arrival: this.#arrival++ }));
    this.shards.forEach((shard, k) => {
      const own = written.filter((point) => point.shard === k);
      if (own.length > 0) writeEntry(shard.ring, own, this.nowMs);
      for (const { shard: _, slot: __, ...point } of own) shard.written.push(point);
    });
  }

  /** A duty cycle of each shard. Answers whether any had something to do. */
  work(): boolean {
    let worked = 0;
    for (const { engine, live } of this.shards) {
      live.advance(this.nowMs);
      engine.head.setLiveFrom(live.fromMs);
      worked += engine.doWork(this.nowMs);
    }
    return worked > 0;
  }

  /** Works until nothing is left to do. */
  settle(): void {
    while (this.work());
  }

  /** Starts to flush what is open, as when a bound is reached. */
  closeGeneration(): void {
    for (const { engine } of this.shards) engine.closeGeneration();
  }

  /** What was taken from the rings so far: what every query must see, and nothing else. */
  visible(): WrittenPoint[] {
    return this.shards.flatMap(({ written, engine }) => written.slice(0, engine.counters.get('accepted')));
  }

  answer(request: QueryRequest): QueryAnswer {
    return this.queryEngine.answer(request, new StopCheck(systemClock, 60_000));
  }

  get views(): readonly ShardView[] {
    void this.queryEngine;
    return this.#views;
  }

  get queryEngine(): QueryEngine {
    if (this.#engine !== undefined) return this.#engine;
    const index = createSeriesIndexMemory({ rowsMax: SERIES_TOTAL, heapBytes: INDEX_BYTES }, HASH_KEY);
    const writer = new SeriesIndexWriter(index);
    const builder = new IndexBuilder(writer, this.#indexedShards(), (group, page) => {
      this.findings.add('series page', `group ${group}, page ${page}`);
    });
    this.#index = { writer, builder };
    const series = new SeriesIndex(index, {
      bring: (reader, always) => {
        builder.pass(always);
        reader.sync();
      },
    });
    this.#views = this.shards.map(({ path, memory }, shard) => {
      return new ShardView({ shard, map: this.map, path, memory }, this.findings, series);
    });
    const memories = this.shards.map(({ memory }) => memory);
    const coverage = new LiveCoverage(memories, { nowMs: () => this.nowMs, monotonicMs: () => 0 });
    coverage.observe();
    this.#engine = new QueryEngine({ views: this.#views, series }, this.findings, coverage, {
      retention: new RetentionPolicy(this.retention),
      tierBytesMax: this.tierBytesMax,
      limits: QUERY_LIMITS_DEFAULT,
    });
    return this.#engine;
  }

  /** Builds the index of series anew, as when its thread has died: rows are others then. */
  rebuildIndex(): void {
    const { writer, builder } = this.#index!;
    writer.beginRebuild();
    builder.pass(true);
    writer.endRebuild();
  }

  #indexedShards(): IndexedShard[] {
    return this.shards.map((_, shard) => ({
      firstGroup: this.map.firstGroup(shard),
      groupCount: this.map.groupCount(shard),
      countSeries: () => this.shards[shard]!.engine.counters.get('series'),
      openStore: () => this.#views[shard]!.openStore(),
    }));
  }

  dropQueryEngine(): void {
    for (const view of this.#views) void view.close();
    this.#views = [];
    this.#engine = undefined;
  }

  close(): void {
    this.dropQueryEngine();
    for (const { store } of this.shards) store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #memory(shard: number): ShardMemory {
    const groups = this.map.groupCount(shard);
    const memory = createShardMemory(groups, SERIES_TOTAL, RING_BYTES);
    return { ...memory, head: createHeadBuffers(groups, SERIES_TOTAL, ARENA_BYTES) };
  }

  #start(shard: number, path: string, memory: ShardMemory): Omit<TestShard, 'memory' | 'path' | 'written'> {
    const store = LmdbStore.open(path, { mark: new StoreMark(memory.store) });
    const live = new LiveWindowsWriter(memory.live);
    live.advance(this.nowMs);
    const options = {
      shard,
      map: this.map,
      memory,
      store,
      session: this.#session,
      live,
      bounds: this.#bounds,
      tierBytesMax: this.tierBytesMax,
    };
    const { engine } = recoverShard(options, { nowMs: () => this.nowMs, monotonicMs: () => 0 });
    return { store, live, engine, ring: new RingProducer(memory.ring) };
  }

  #resolve(point: TestPoint): KnownSeries {
    const key = this.#keyOf(point);
    const text = Buffer.from(key).toString('latin1');
    let series = this.#series.get(text);
    if (series !== undefined) return series;
    sipHash128(HASH_KEY, key, 0, key.length);
    const group = groupOfHash(hashWords[0]!);
    const number = this.#groupCounts[group]!++;
    const shard = this.map.shardOfGroup(group);
    const slot = this.map.slotOf(group, number);
    series = { group, number, shard, slot };
    this.#series.set(text, series);
    const { ring } = this.shards[shard]!;
    const offset = ring.tryClaim(seriesEntryBytes(key.length));
    if (offset < 0) throw new Error('the ring of the test is full');
    writeSeries(ring.views, offset, slot, hashWords.slice(), key);
    ring.publish();
    return series;
  }

  #keyOf({ name, labels }: TestPoint): Uint8Array {
    const builder = this.#builder;
    const bytes = Buffer.from(name);
    builder.begin(bytes, 0, bytes.length);
    for (const [label, value] of Object.entries(labels)) {
      const pair = Buffer.from(label + value);
      const nameBytes = Buffer.byteLength(label);
      builder.label(pair, 0, nameBytes, nameBytes, pair.length);
    }
    const status = builder.finish();
    if (status !== 'ok') throw new Error(`the series of the test is refused: ${status}`);
    return builder.bytes.slice(0, builder.length);
  }
}

function writeEntry(
  ring: RingProducer,
  points: readonly (TestPoint & { slot: number })[],
  arrivalMs: number,
): void {
  const count = points.length;
  const offset = ring.tryClaim(pointsEntryBytes(count, TIMES_FULL));
  if (offset < 0) throw new Error('the ring of the test is full');
  const { u32, f64 } = ring.views;
  writePointsHead(ring.views, offset, count, TIMES_FULL, { producer: 0, seq: 0, baseMs: 0, arrivalMs });
  points.forEach(({ slot, timeMs, value }, i) => {
    u32[((offset + POINTS_SLOTS) >> 2) + i] = slot;
    f64[((offset + pointsTimesOffset(count)) >> 3) + i] = timeMs;
    f64[((offset + pointsValuesOffset(count, TIMES_FULL)) >> 3) + i] = value;
  });
  ring.publish();
}
