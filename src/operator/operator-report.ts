import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { UNIT_BYTES, WORD_HIGHEST } from '../../native-free-core/ring/ring-layout.js';
import type { Clock } from '../clock.js';
import type { HealthReport, OperatorPort } from '../http/ports.js';
import type { IngestCounters } from '../ingest/ingest-counters.js';
import type { SeriesResolver } from '../ingest/series-resolver.js';
import type { ShardLinks } from '../ingest/shard-links.js';
import { attachLatencies, type ShardMemory } from '../shard/shard-memory.js';
import { VERSION } from '../version.js';
import { latencyReport } from './latency-report.js';
import { RateMeter } from './rate-meter.js';

/** Pages of a copy of a latency histogram; as many as the shards' own have. */
const COPY_PAGES = 32;

export interface OperatorSources {
  clock: Clock;
  links: ShardLinks;
  memories: readonly ShardMemory[];
  counters: IngestCounters;
  resolver: SeriesResolver;
  /** What the query threads and the HTTP edge count; each part's own shape. */
  queries: () => object;
  http: () => object;
}

/** The state of the process as a whole, set by the engine as it starts and stops. */
export type EngineState = 'starting' | 'ok' | 'stopping';

/** Health and the operator's statistics: reads what others count, and samples the rates once a second. */
export class OperatorReport implements OperatorPort {
  state: EngineState = 'starting';
  readonly #sources: OperatorSources;
  readonly #startedMs: number;
  readonly #rate = new RateMeter();
  readonly #eventLoop = monitorEventLoopDelay({ resolution: 10 });
  readonly #timer: NodeJS.Timeout;
  readonly #stuck = new Map<number, string>();

  constructor(sources: OperatorSources) {
    this.#sources = sources;
    this.#startedMs = sources.clock.monotonicMs();
    this.#eventLoop.enable();
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), 1_000);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#eventLoop.disable();
  }

  /** A shard's store takes nothing, or (undefined) takes again. */
  setStuck(shard: number, detail: string | undefined): void {
    if (detail === undefined) this.#stuck.delete(shard);
    else this.#stuck.set(shard, detail);
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
    return { state: 'ok', ...common };
  }

  async stats(): Promise<object> {
    const { counters, resolver, clock } = this.#sources;
    const memory = process.memoryUsage();
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
        ack_latency: latencyReport(counters.ackMs),
      },
      shards: this.#shards(),
      conservation: this.#conservation(),
      queries: this.#sources.queries(),
      http: this.#sources.http(),
      event_loop_delay: {
        p50_ms: this.#eventLoop.percentile(50) / 1e6,
        p99_ms: this.#eventLoop.percentile(99) / 1e6,
        max_ms: this.#eventLoop.max / 1e6,
      },
      memory: {
        rss_bytes: memory.rss,
        heap_used_bytes: memory.heapUsed,
        heap_total_bytes: memory.heapTotal,
        external_bytes: memory.external,
      },
    };
  }

  #shards(): object[] {
    const { links, memories } = this.#sources;
    return links.rings.map((ring, shard) => {
      const c = links.counters[shard]!;
      const latencies = attachLatencies(memories[shard]!.latencies);
      const busyMs = c.get('busyMs');
      const allMs = busyMs + c.get('idleMs');
      return {
        shard,
        ring: {
          fill_bytes: ring.fillUnits * UNIT_BYTES,
          highest_bytes: Atomics.load(ring.views.words, WORD_HIGHEST) * UNIT_BYTES,
          bytes: ring.views.units * UNIT_BYTES,
        },
        series: c.get('series'),
        points: {
          accepted: c.get('accepted'),
          open: c.get('open'),
          stored: c.get('stored'),
          expired: c.get('expired'),
          damaged: c.get('damaged'),
        },
        duplicate_batches: c.get('duplicateBatches'),
        log_bytes: c.get('logBytes'),
        flushes: c.get('flushes'),
        flushing: c.get('flushing') === 1,
        restarts: c.get('restarts'),
        store_failures: c.get('storeFailures'),
        unable_to_store: c.get('unableToStore') === 1,
        busy_share: allMs > 0 ? busyMs / allMs : 0,
        cycles: c.get('cycles'),
        longest_cycle_ms: c.get('longestCycleMs'),
        commits: c.get('commits'),
        commit_latency: copied(latencies.commitMs),
        cycle_time: copied(latencies.cycleMs),
        lmdb: {
          file_bytes: c.get('fileBytes'),
          used_bytes: c.get('usedBytes'),
          map_bytes: c.get('mapBytes'),
          readers: c.get('readers'),
        },
        fresh: { bytes_written: c.get('freshBytes'), points: c.get('freshPoints') },
        compaction: { points: c.get('compactedPoints'), jobs: c.get('compactions'), merges: c.get('merges') },
      };
    });
  }

  /** accepted = open + stored + expired + damaged, in every shard at the end of every duty cycle. */
  #conservation(): object {
    const sum = (name: 'accepted' | 'open' | 'stored' | 'expired' | 'damaged'): number =>
      this.#sources.links.counters.reduce((total, c) => total + c.get(name), 0);
    const [accepted, open, stored, expired, damaged] = [
      sum('accepted'),
      sum('open'),
      sum('stored'),
      sum('expired'),
      sum('damaged'),
    ];
    return {
      accepted,
      open,
      stored,
      expired,
      damaged,
      difference: accepted - open - stored - expired - damaged,
    };
  }

  #sample(): void {
    this.#rate.sample(this.#sources.counters.accepted, this.#sources.clock.monotonicMs());
  }
}

function copied(histogram: PagedHistogram): object {
  const copy = PagedHistogram.withOwnMemory(COPY_PAGES);
  histogram.copyInto(copy);
  return latencyReport(copy);
}
