import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { PagedHistogram } from '../native-free-core/histogram/paged-histogram.js';
import { RetentionPolicy } from '../native-free-core/retention/retention-policy.js';
import { ShardMap } from '../native-free-core/series/refs.js';
import { createSeriesIndexMemory } from '../native-free-core/series-index/series-index-memory.js';
import type { WireLimits } from '../protocol/limits.js';
import { systemClock } from './clock.js';
import { tierBytesMax } from './config/retention-keys.js';
import type { Config } from './config/schema.js';
import { withWholePaths } from './config/whole-paths.js';
import { type HttpServer, type HttpServerOptions, NO_HTTP, startHttpServer } from './http/server.js';
import { indexSizes } from './indexer/index-sizes.js';
import { Indexer } from './indexer/indexer.js';
import { BatchIntake } from './ingest/batch-intake.js';
import { frameDecoders } from './ingest/connection-context.js';
import { HttpIntake } from './ingest/http-intake.js';
import { IngestCounters } from './ingest/ingest-counters.js';
import { ProducerDirectory } from './ingest/producer-directory.js';
import { SeriesResolver } from './ingest/series-resolver.js';
import { ShardLinks } from './ingest/shard-links.js';
import { wireLimits } from './ingest/wire-limits.js';
import { IngestSockets } from './ingest/ws-ingest.js';
import { LivePush } from './live/live-push.js';
import { createLogger, type Logger } from './log.js';
import { OperatorReport } from './operator/operator-report.js';
import { queryLog } from './query/query-log.js';
import { QueryPool } from './query/query-pool.js';
import { startRehearsal } from './rehearsal/engine-rehearsal.js';
import type { Rehearsal } from './rehearsal/rehearsal.js';
import type { RecoveredShard } from './shard/recovery.js';
import { ShardCommands } from './shard/shard-commands.js';
import { ShardCounters } from './shard/shard-counters.js';
import { createShardMemory } from './shard/shard-memory.js';
import { ShardPool } from './shard/shard-pool.js';
import { shardTasks } from './shard/shard-tasks.js';
import { StoreAdmin } from './shard/store-admin.js';
import type { Folder } from './store/folder.js';
import { openFolder, seriesLines } from './upkeep/open-folder.js';
import { Snapshots } from './upkeep/snapshots.js';
import { VERSION } from './version.js';

/** How long open requests may take to end when the engine stops, ms. */
const DRAIN_MS = 5_000;

export interface RunningEngine {
  port: number;
  /** Stops taking points, stores everything, and ends all threads. Safe to call again. */
  stop(): Promise<void>;
}

/**
 * Starts everything, in the order of the data flow: folder, shards (which recover), the front end's tables, query
 * threads, sockets. Ends what it started when a later part fails.
 * @throws MillraceError with what to do, when the folder or the address can't be used
 */
export async function startEngine(given: Config): Promise<RunningEngine> {
  const config = withWholePaths(given);
  const log = createLogger(config.logLevel);
  const folder = await openFolder(config, log);
  try {
    return await new Engine(config, folder, log).start();
  } catch (error) {
    folder.close();
    throw error;
  }
}

class Engine implements RunningEngine {
  port = 0;
  readonly #config: Config;
  readonly #folder: Folder;
  readonly #log: Logger;
  readonly #links: ShardLinks;
  readonly #resolver: SeriesResolver;
  readonly #producers: ProducerDirectory;
  readonly #http: HttpIntake;
  readonly #sockets: IngestSockets;
  readonly #operator: OperatorReport;
  readonly #shards: ShardPool;
  readonly #commands: ShardCommands;
  readonly #queries: QueryPool;
  readonly #indexer: Indexer;
  readonly #live: LivePush;
  readonly #snapshots: Snapshots;
  readonly #wire: WireLimits;
  #server: HttpServer | undefined;
  #rehearsal: Rehearsal | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: Config, folder: Folder, log: Logger) {
    this.#config = config;
    this.#folder = folder;
    this.#log = log;
    const shardCount = folder.manifest.shards;
    const map = new ShardMap(shardCount);
    const { limits } = config;
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    const lines = seriesLines(config);
    const memories = shards.map((shard) => createShardMemory(map.groupCount(shard), lines, config.ringBytes));
    const shardCounters = memories.map((memory) => new ShardCounters(memory.counters));
    const wire = wireLimits(config);
    this.#wire = wire;
    const counters = new IngestCounters(PagedHistogram.withOwnMemory(32));
    const rings = memories.map((memory) => memory.ring);
    this.#links = new ShardLinks(rings, shardCounters);
    const retention = new RetentionPolicy(config.retention);
    const resolverLimits = {
      ...wire,
      seriesTotalMax: limits.seriesTotal,
      seriesPerMetricMax: limits.seriesPerMetric,
      retention,
    };
    this.#resolver = new SeriesResolver(map, folder.hashKey, resolverLimits, this.#links);
    this.#producers = new ProducerDirectory(this.#links);
    const timeBounds = { retention, clockSkewMs: limits.clockSkewMs };
    const intake = new BatchIntake(this.#links, this.#resolver, timeBounds);
    this.#http = new HttpIntake(intake, this.#links, counters);
    this.#sockets = new IngestSockets(
      {
        server: `millrace ${VERSION}`,
        limits: wire,
        tokens: config.token.length > 0 ? new Set([...config.token, ...config.adminToken]) : undefined,
        links: this.#links,
        intake,
        producers: this.#producers,
        counters,
        ...frameDecoders(wire),
      },
      systemClock,
    );
    const shardPaths = shards.map((shard) => folder.shardPath(shard));
    const index = createSeriesIndexMemory(indexSizes(lines), folder.hashKey);
    const seen = { shardCount, shardPaths, memories, index };
    this.#indexer = new Indexer({ ...seen, indexPath: folder.indexPath }, log);
    this.#queries = new QueryPool(
      {
        ...seen,
        retention: config.retention,
        tierBytesMax: tierBytesMax(config),
        limits: { points: limits.queryPoints, series: limits.querySeries, rows: limits.queryRows },
      },
      {
        threads: config.queryThreads,
        timeoutMs: limits.queryTimeoutMs,
        cacheBytesMax: limits.answerCacheBytes,
        ...queryLog(log),
      },
    );
    this.#live = new LivePush(seen, config.allowedOrigins, log);
    this.#operator = new OperatorReport({
      clock: systemClock,
      links: this.#links,
      memories,
      counters,
      resolver: this.#resolver,
      producers: this.#producers,
      dataPath: config.data,
      queries: () => this.#queries.report(),
      seriesIndex: () => this.#indexer.report(),
      seriesLimits: { total: limits.seriesTotal, perMetric: limits.seriesPerMetric, labels: wire.labelsMax },
      http: () => this.#server?.counters() ?? NO_HTTP,
      live: () => this.#live.report(),
      onSilent: (shard) => log.error({ shard }, 'a shard has not moved for half a minute'),
    });
    this.#commands = new ShardCommands(this.#links, (act, ms) => setTimeout(act, ms).unref());
    const { checksum: _, ...manifest } = folder.manifest;
    this.#snapshots = new Snapshots({
      commands: this.#commands,
      shardPaths,
      gates: memories.map(({ cut }) => cut),
      usedBytes: () => shardCounters.reduce((sum, each) => sum + each.get('usedBytes'), 0),
      manifest,
      directory: config.snapshotDir ?? join(folder.path, 'snapshots'),
      clock: systemClock,
    });
    this.#shards = new ShardPool(
      shardTasks(randomInt(1, 2 ** 47), config, shardPaths, memories),
      {
        onProgress: () => this.#onProgress(),
        onRestart: (shard, detail) => {
          shardCounters[shard]!.add('restarts', 1);
          // What the dead thread said of its store, the next one finds out for itself.
          shardCounters[shard]!.set('unableToStore', 0);
          this.#operator.setAway(shard, true);
          this.#commands.onDied(shard);
          log.error({ shard, detail }, 'a shard failed and is started again');
        },
        onRunsAgain: (shard) => this.#operator.setAway(shard, false),
        onStuck: (shard, detail) => {
          this.#operator.setStuck(shard, detail);
          this.#commands.onStuck(shard, detail);
          if (detail === undefined) {
            log.info({ shard }, 'the store takes points again');
            return;
          }
          this.#http.failAll(`These points may be stored later or not: ${detail}`);
          log.error({ shard, detail }, 'the store takes no points; it is tried again until it does');
        },
        onAnswer: (shard, answer) => this.#commands.onAnswer(shard, answer),
        commandsFromId: () => this.#commands.nextId,
      },
      log,
    );
  }

  async start(): Promise<this> {
    try {
      const shards = this.#shards.start();
      this.#indexer.start();
      await Promise.allSettled([shards, this.#queries.ready(), this.#live.start()]);
      this.#restore(await shards);
      this.#indexer.open();
      const options: HttpServerOptions = {
        host: this.#config.host,
        port: this.#config.port,
        limits: { ...this.#config.limits, pointsPerBatch: this.#wire.pointsPerBatchMax },
        ingestTokens: this.#config.token,
        adminTokens: this.#config.adminToken,
        allowedOrigins: this.#config.allowedOrigins,
        clock: systemClock,
        log: this.#log,
        ingest: this.#http,
        query: this.#queries,
        live: this.#live.port,
        operator: this.#operator,
        snapshots: this.#snapshots,
        store: new StoreAdmin(this.#commands, this.#config.retention, systemClock),
        webSockets: [{ pattern: '/ws/ingest', behavior: this.#sockets.behavior() }, ...this.#live.routes()],
      };
      this.#server = await startHttpServer(options);
      this.port = this.#server.port;
      this.#operator.state = 'ok';
      if (this.#config.rehearsal) {
        const parts = { queries: this.#queries, counters: this.#links.counters, server: this.#server };
        this.#rehearsal = startRehearsal(parts, options, randomBytes(16).toString('hex'));
      }
      const { host, data } = this.#config;
      this.#log.info({ version: VERSION, pid: process.pid, host, port: this.port, data }, 'started');
      return this;
    } catch (error) {
      await this.stop().catch(() => {});
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const startMs = systemClock.monotonicMs();
    if (this.#operator.state === 'ok') this.#log.info('stopping');
    this.#operator.state = 'stopping';
    // What is in flight is settled and acknowledged before connections are closed.
    if (this.#server !== undefined) await this.#settle();
    const rehearsed = this.#rehearsal?.stop();
    this.#sockets.closeAll();
    this.#live.closeAll();
    this.#commands.stop();
    await this.#snapshots.close();
    await this.#server?.close(DRAIN_MS);
    for (const ring of this.#links.rings) ring.requestStop();
    try {
      await this.#shards.stop();
    } finally {
      this.#http.failAll('The engine stopped before these points were stored; they may or may not be there.');
      await rehearsed;
      await Promise.all([this.#queries.close(), this.#live.stop()]);
      await this.#indexer.stop();
      this.#operator.close();
      this.#folder.close();
    }
    this.#log.info({ durationMs: systemClock.monotonicMs() - startMs }, 'stopped');
  }

  /** Waits, for a bounded time, until no batch waits for its shards. */
  async #settle(): Promise<void> {
    const deadline = systemClock.monotonicMs() + DRAIN_MS;
    while ((this.#sockets.isWaiting || this.#http.isWaiting) && systemClock.monotonicMs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.#onProgress();
    }
  }

  #onProgress(): void {
    this.#sockets.onProgress();
    this.#http.onProgress(systemClock.nowMs());
  }

  #restore(recovered: RecoveredShard[]): void {
    for (const shard of recovered) this.#resolver.restore(shard);
    this.#producers.restore(recovered);
    recovered.forEach(({ replayedPoints, durationMs, findings }, shard) => {
      this.#log.info({ shard, replayedPoints, durationMs }, 'shard recovered');
      for (const finding of findings) this.#log.warn(finding, 'found damaged at start');
    });
  }
}
