import type { Clock } from '../clock.js';
import type { HealthReport, OperatorPort, SeriesAdmission } from '../http/ports.js';
import type { HttpCounters } from '../http/server.js';
import type { IndexReport } from '../indexer/indexer.js';
import type { IngestCounters } from '../ingest/ingest-counters.js';
import type { ProducerDirectory } from '../ingest/producer-directory.js';
import type { SeriesResolver } from '../ingest/series-resolver.js';
import type { ShardLinks } from '../ingest/shard-links.js';
import type { LiveReport } from '../live/live-hub.js';
import type { QueryReport } from '../query/query-report.js';
import type { ShardMemory } from '../shard/shard-memory.js';
import { VERSION } from '../version.js';
import { databaseStatus } from './database-status.js';
import { diskRoom } from './disk-room.js';
import { EventLoop } from './event-loop.js';
import { latencyReport } from './latency-report.js';
import { cpuSeconds, memoryFigures } from './process-figures.js';
import { prometheusText } from './prometheus/prometheus-text.js';
import { RateMeter } from './rate-meter.js';
import { ShardPulse } from './shard-pulse.js';
import { type ShardStats, shardStats } from './shard-stats.js';
import { tierTotals } from './tier-totals.js';

/** Why a point's series may be refused. */
const SERIES_REASONS = [
  'total_series_limit',
  'metric_series_limit',
  'too_many_labels',
  'label_too_long',
  'invalid_name',
  'invalid_label',
] as const;

/** Over how long a shard's busy share is taken, s. */
const BUSY_SECONDS = 10;

export interface OperatorSources {
  clock: Clock;
  links: ShardLinks;
  memories: readonly ShardMemory[];
  counters: IngestCounters;
  resolver: SeriesResolver;
  producers: ProducerDirectory;
  /** The folder that holds everything. */
  dataPath: string;
  /** What the query threads, the HTTP edge and live push count. */
  queries: () => QueryReport;
  /** How many series the configuration allows. */
  seriesLimits: { total: number; perMetric: number; labels: number };
  /** What the index of labels holds. */
  seriesIndex: () => IndexReport;
  http: () => HttpCounters;
  live: () => LiveReport;
  /** A shard's thread has not moved for half a minute. */
  onSilent: (shard: number) => void;
}

/** The state of the process as a whole, set by the engine as it starts and stops. */
export type EngineState = 'starting' | 'ok' | 'stopping';

/** Health and the operator's statistics: reads what others count, and samples the rates once a second. */
export class OperatorReport implements OperatorPort {
  state: EngineState = 'starting';
  readonly #sources: OperatorSources;
  readonly #startedMs: number;
  /** Of the wall clock. */
  readonly #startedAtMs: number;
  #diskFreeBytes: number | null = null;
  readonly #rate = new RateMeter();
  /** How long each shard's thread had work. */
  readonly #busyMs: readonly RateMeter[];
  readonly #eventLoop = new EventLoop();
  readonly #timer: NodeJS.Timeout;
  readonly #stuck = new Map<number, string>();
  readonly #pulse: ShardPulse;

  constructor(sources: OperatorSources) {
    this.#sources = sources;
    this.#startedMs = sources.clock.monotonicMs();
    this.#startedAtMs = sources.clock.nowMs();
    this.#busyMs = sources.links.counters.map(() => new RateMeter());
    this.#pulse = new ShardPulse(sources.links.counters.length);
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), 1_000);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#eventLoop.close();
  }

  /** A shard's store takes nothing, or (undefined) takes again. */
  setStuck(shard: number, detail: string | undefined): void {
    if (detail === undefined) this.#stuck.delete(shard);
    else this.#stuck.set(shard, detail);
  }

  /** A shard's thread has died and is started again, which takes as long as its log is, or it is back. */
  setAway(shard: number, isAway: boolean): void {
    this.#stuck.delete(shard);
    this.#pulse.setAway(shard, isAway);
  }

  health(): HealthReport {
    const uptimeSeconds = Math.floor((this.#sources.clock.monotonicMs() - this.#startedMs) / 1_000);
    const common = { uptimeSeconds, version: VERSION };
    if (this.state === 'starting') {
      return {
        state: 'starting',
        ...common,
        reason: 'The log is being replayed; the engine takes points soon.',
      };
    }
    if (this.state === 'stopping') {
      return { state: 'stopping', ...common, reason: 'The engine stores what it has and ends.' };
    }
    const stuck = [...this.#stuck][0];
    if (stuck !== undefined) {
      return { state: 'unable_to_store', ...common, reason: `Shard ${stuck[0]} can't store: ${stuck[1]}` };
    }
    const { silent } = this.#pulse;
    if (silent !== undefined) {
      return {
        state: 'unable_to_store',
        ...common,
        reason: `The thread of shard ${silent} has not moved for half a minute: the disk may hang. If it stays so, end the process and start it again; nothing acknowledged is lost.`,
      };
    }
    return { state: 'ok', ...common };
  }

  async stats(): Promise<OperatorStats> {
    return this.statsNow();
  }

  async metricsText(): Promise<string> {
    return prometheusText(this.statsNow());
  }

  databaseStatus(): Promise<object> {
    const { links, dataPath } = this.#sources;
    const lastCommitMs = Math.max(...links.counters.map((c) => c.get('lastCommitMs')));
    return databaseStatus(this.health().state, dataPath, this.#shards(), lastCommitMs);
  }

  seriesAdmission(): SeriesAdmission {
    const { counters, seriesLimits } = this.#sources;
    const rejects = counters.rejectsByReason();
    return {
      limits: {
        series_total: seriesLimits.total,
        series_per_metric: seriesLimits.perMetric,
        labels_per_series: seriesLimits.labels,
      },
      refused: Object.fromEntries(SERIES_REASONS.map((reason) => [reason, rejects[reason]!])),
    };
  }

  async summary(): Promise<object> {
    const {
      status,
      version,
      uptime_seconds,
      points_per_second,
      series,
      metrics,
      conservation,
      memory,
      shards,
    } = this.statsNow();
    return {
      status,
      version,
      uptime_seconds,
      series,
      metrics,
      points: conservation.accepted,
      points_per_second,
      shards: shards.length,
      tiers: tierTotals(shards),
      memory,
    };
  }

  /** The figures of this moment. */
  statsNow() {
    const { counters, resolver, producers, clock, memories } = this.#sources;
    return {
      status: this.health().state,
      version: VERSION,
      uptime_seconds: (clock.monotonicMs() - this.#startedMs) / 1_000,
      points_accepted: counters.accepted,
      points_per_second: {
        '1s': this.#rate.perSecond(1),
        '10s': this.#rate.perSecond(10),
        '60s': this.#rate.perSecond(60),
      },
      rejects: counters.rejectsByReason(),
      series: resolver.seriesCount,
      metrics: resolver.metricCount,
      ingest: {
        connections: counters.connections,
        connections_total: counters.connectionsTotal,
        batches: counters.batches,
        in_flight_batches: counters.inFlight,
        frames: counters.frames,
        bytes: counters.bytes,
        busy: counters.busy,
        errors: counters.errors,
        takeovers: counters.takeovers,
        producers: producers.count,
        producers_refused: producers.refused,
        ack_latency: latencyReport(counters.ackMs),
      },
      shards: this.#shards(),
      conservation: this.#conservation(),
      queries: this.#sources.queries(),
      series_index: this.#sources.seriesIndex(),
      http: this.#http(),
      live: this.#sources.live(),
      event_loop_delay: this.#eventLoop.report(),
      memory: memoryFigures(memories),
      process: { started_seconds: this.#startedAtMs / 1_000, cpu_seconds: cpuSeconds() },
      disk: { free_bytes: this.#diskFreeBytes },
    };
  }

  #http() {
    const { requests, inFlight, answered2xx, answered4xx, answered5xx, ...more } = this.#sources.http();
    const { aborted, bodyBytesHeld, answerBytesHeld } = more;
    return {
      requests,
      in_flight: inFlight,
      answered_2xx: answered2xx,
      answered_4xx: answered4xx,
      answered_5xx: answered5xx,
      aborted,
      body_bytes_held: bodyBytesHeld,
      answer_bytes_held: answerBytesHeld,
    };
  }

  #shards(): ShardStats[] {
    const { links, memories } = this.#sources;
    return links.rings.map((ring, shard) =>
      shardStats({
        shard,
        ring,
        counters: links.counters[shard]!,
        memory: memories[shard]!,
        busyShare: this.#busyMs[shard]!.perSecond(BUSY_SECONDS) / 1_000,
      }),
    );
  }

  /** accepted = open + stored + expired + damaged, in every shard at the end of every duty cycle. */
  #conservation() {
    const sum = (name: 'accepted' | 'open' | 'stored' | 'expired' | 'damaged'): number =>
      this.#sources.links.counters.reduce((total, c) => total + c.get(name), 0);
    const parts = {
      accepted: sum('accepted'),
      open: sum('open'),
      stored: sum('stored'),
      expired: sum('expired'),
      damaged: sum('damaged'),
    };
    const { accepted, open, stored, expired, damaged } = parts;
    return { ...parts, difference: accepted - open - stored - expired - damaged };
  }

  #sample(): void {
    const { clock, counters, links, dataPath, onSilent } = this.#sources;
    const nowMs = clock.monotonicMs();
    this.#rate.sample(counters.accepted, nowMs);
    links.counters.forEach((c, shard) => {
      this.#busyMs[shard]!.sample(c.get('busyMs'), nowMs);
      if (this.state === 'ok' && this.#pulse.sample(shard, c.get('cycles'))) onSilent(shard);
    });
    // Asked for off this thread: a file system that hangs must not stop it.
    void diskRoom(dataPath).then((bytes) => {
      this.#diskFreeBytes = bytes;
    });
  }
}

/** All that an operator watches, as GET /api/v1/operator/stats tells it. */
export type OperatorStats = ReturnType<OperatorReport['statsNow']>;
