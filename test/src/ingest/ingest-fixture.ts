import { decode } from '@msgpack/msgpack';
import {
  ENTRY_PRODUCER,
  ENTRY_SERIES,
  kindOf,
  PRODUCER_NAME,
  PRODUCER_NAME_BYTES,
  PRODUCER_REF,
  SERIES_KEY,
  SERIES_KEY_BYTES,
  SERIES_SLOT,
} from '../../../native-free-core/entry/entry-layout.js';
import { PagedHistogram } from '../../../native-free-core/histogram/paged-histogram.js';
import type { RetentionRule } from '../../../native-free-core/retention/retention-policy.js';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import { ringMemoryBytes } from '../../../native-free-core/ring/ring-layout.js';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import { CursorWriter, defaultWireLimits, type WireLimits } from '../../../protocol/index.js';
import { BatchIntake } from '../../../src/ingest/batch-intake.js';
import { IngestConnection } from '../../../src/ingest/connection.js';
import {
  type ConnectionContext,
  type ConnectionSocket,
  frameDecoders,
} from '../../../src/ingest/connection-context.js';
import { HttpIntake } from '../../../src/ingest/http-intake.js';
import { IngestCounters } from '../../../src/ingest/ingest-counters.js';
import { HISTORY_AGE_MS_MAX } from '../../../src/ingest/limits.js';
import { ProducerDirectory } from '../../../src/ingest/producer-directory.js';
import { SeriesResolver } from '../../../src/ingest/series-resolver.js';
import { ShardLinks } from '../../../src/ingest/shard-links.js';
import { SHARD_COUNTERS, ShardCounters } from '../../../src/shard/shard-counters.js';
import { readPoints } from '../../native-free-core/entry/entries.js';
import { keepRaw } from '../../native-free-core/retention/retentions.js';
import { readKey, VECTOR_HASH_KEY } from '../../native-free-core/series/keys.js';

/** The socket below a connection: keeps what was sent, decoded. */
export class FakeSocket implements ConnectionSocket {
  /** Frames that nobody has taken yet. */
  sent: unknown[] = [];
  closed: { code: number; reason: string } | undefined;

  send(frame: Uint8Array): void {
    if (this.closed !== undefined) throw new Error('a frame was sent after close');
    this.sent.push(decode(frame));
  }

  close(code: number, reason: string): void {
    if (this.closed !== undefined) throw new Error('closed twice');
    this.closed = { code, reason };
  }

  take(): unknown[] {
    return this.sent.splice(0);
  }
}

/** A point as a shard finds it in its ring. */
export interface TakenPoint {
  shard: number;
  series: string;
  timeMs: number;
  value: number;
  producer: number;
  seq: number;
}

export interface EngineOptions {
  shards?: number;
  ringBytes?: number;
  limits?: Partial<WireLimits>;
  tokens?: string[];
  seriesTotalMax?: number;
  seriesPerMetricMax?: number;
  retentionRules?: RetentionRule[];
}

export const NOW_MS = 1_764_669_600_000;
export const RETENTION_MS = 30 * 86_400_000;
export const HISTORY_MS = HISTORY_AGE_MS_MAX;
export const CLOCK_SKEW_MS = 600_000;

const seriesText = (key: Uint8Array): string => {
  const { name, labels } = readKey(key);
  return labels.length === 0 ? name : `${name}{${labels.map(([n, v]) => `${n}=${v}`).join(',')}}`;
};

/** The front end over real rings; the test is the shards' workers. */
export class FakeEngine {
  readonly map: ShardMap;
  readonly limits: WireLimits;
  readonly links: ShardLinks;
  readonly resolver: SeriesResolver;
  readonly intake: BatchIntake;
  readonly producers: ProducerDirectory;
  readonly counters = new IngestCounters(PagedHistogram.withOwnMemory(32));
  readonly shardCounters: ShardCounters[];
  readonly http: HttpIntake;
  readonly context: ConnectionContext;
  readonly waiting = new Set<IngestConnection>();
  readonly points: TakenPoint[] = [];
  /** Points entries that came, with how many points each had. */
  readonly entries: { shard: number; producer: number; seq: number; points: number }[] = [];
  readonly producerNames = new Map<number, string>();
  readonly #rings: RingConsumer[];
  readonly #series: Map<number, string>[];

  constructor({ shards = 1, ringBytes = 1 << 20, tokens, ...options }: EngineOptions = {}) {
    this.map = new ShardMap(shards);
    this.limits = { ...defaultWireLimits, pointsPerBatchMax: 10_000, ...options.limits };
    const memories = Array.from({ length: shards }, () => new SharedArrayBuffer(ringMemoryBytes(ringBytes)));
    this.#rings = memories.map((memory) => new RingConsumer(memory));
    this.#series = memories.map(() => new Map());
    this.shardCounters = memories.map(
      () => new ShardCounters(new SharedArrayBuffer(SHARD_COUNTERS.length * 8)),
    );
    this.links = new ShardLinks(memories, this.shardCounters);
    const retention = keepRaw(RETENTION_MS, options.retentionRules);
    const resolverLimits = {
      ...this.limits,
      seriesTotalMax: options.seriesTotalMax ?? 10_000,
      seriesPerMetricMax: options.seriesPerMetricMax ?? 10_000,
      retention,
    };
    this.resolver = new SeriesResolver(this.map, VECTOR_HASH_KEY, resolverLimits, this.links);
    const bounds = { retention, clockSkewMs: CLOCK_SKEW_MS };
    this.intake = new BatchIntake(this.links, this.resolver, bounds);
    this.producers = new ProducerDirectory(this.links);
    this.http = new HttpIntake(this.intake, this.links, this.counters);
    this.context = {
      server: 'millrace test',
      limits: this.limits,
      tokens: tokens === undefined ? undefined : new Set(tokens),
      links: this.links,
      intake: this.intake,
      producers: this.producers,
      counters: this.counters,
      onWaiting: (connection) => this.waiting.add(connection),
      ...frameDecoders(this.limits),
    };
  }

  connect(): TestConnection {
    return new TestConnection(this);
  }

  /** What a shard's worker does with the entries in its ring: takes them all. */
  take(shard: number): void {
    const ring = this.#rings[shard]!;
    for (let offset = ring.next(); offset !== RING_EMPTY; offset = ring.next())
      this.#apply(shard, ring, offset);
    ring.markTaken();
  }

  /** Makes durable what was taken. */
  commit(shard: number): void {
    const ring = this.#rings[shard]!;
    ring.commit(ring.position);
  }

  /** Tells the connections that wait, as a shard's message does. */
  progress(nowMs = NOW_MS): void {
    for (const connection of this.waiting) if (!connection.onProgress(nowMs)) this.waiting.delete(connection);
    this.http.onProgress(nowMs);
  }

  /** Everything taken, durable and told. */
  settle(): void {
    this.#rings.forEach((_, shard) => {
      this.take(shard);
      this.commit(shard);
    });
    this.progress();
  }

  #apply(shard: number, ring: RingConsumer, offset: number): void {
    const { u8, u32 } = ring.views;
    const kind = kindOf(u32[(offset >> 2) + 1]!);
    if (kind === ENTRY_SERIES) {
      const start = offset + SERIES_KEY;
      const key = u8.slice(start, start + u32[(offset + SERIES_KEY_BYTES) >> 2]!);
      this.#series[shard]!.set(u32[(offset + SERIES_SLOT) >> 2]!, seriesText(key));
    } else if (kind === ENTRY_PRODUCER) {
      const start = offset + PRODUCER_NAME;
      const name = Buffer.from(u8.slice(start, start + u32[(offset + PRODUCER_NAME_BYTES) >> 2]!)).toString();
      this.producerNames.set(u32[(offset + PRODUCER_REF) >> 2]!, name);
    } else {
      const { head, points } = readPoints(ring.views, offset);
      const { producer, seq } = head;
      this.entries.push({ shard, producer, seq, points: points.length });
      for (const { slot, timeMs, value } of points) {
        // A point never comes before the definition of its series.
        const series = this.#series[shard]!.get(slot);
        if (series === undefined) throw new Error(`slot ${slot} of shard ${shard} is not defined`);
        this.points.push({ shard, series, timeMs, value, producer, seq });
      }
    }
  }
}

/** One producer's end: a connection, its socket, and what it sends. */
export class TestConnection {
  readonly socket = new FakeSocket();
  readonly connection: IngestConnection;

  constructor(engine: FakeEngine) {
    this.connection = new IngestConnection(engine.context, this.socket);
  }

  /** Sends what `write` encodes, in memory that is overwritten afterwards, as a socket's is. */
  send(write: (writer: CursorWriter) => void, nowMs = NOW_MS): void {
    const writer = new CursorWriter();
    write(writer);
    // One byte in, so that nothing is aligned by luck.
    const memory = new Uint8Array(writer.view().length + 1);
    memory.set(writer.view(), 1);
    this.sendBytes(memory.subarray(1), nowMs);
    memory.fill(0xc1);
  }

  sendBytes(bytes: Uint8Array, nowMs = NOW_MS): void {
    this.connection.onFrame(bytes, nowMs);
  }

  /** The frames that came since the last call. */
  get answers(): unknown[] {
    return this.socket.take();
  }
}
