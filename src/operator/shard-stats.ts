import { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { UNIT_BYTES, WORD_HIGHEST } from '../../native-free-core/ring/ring-layout.js';
import type { RingProducer } from '../../native-free-core/ring/ring-producer.js';
import { TIER_NAMES } from '../../native-free-core/tier/tiers.js';
import type { ShardCounters } from '../shard/shard-counters.js';
import { attachLatencies, type ShardMemory } from '../shard/shard-memory.js';
import { type LatencyReport, latencyReport } from './latency-report.js';

/** Pages of a copy of a latency histogram; as many as the shards' own have. */
const COPY_PAGES = 32;

/** What is looked at of one shard. */
export interface ShardSources {
  shard: number;
  ring: RingProducer;
  counters: ShardCounters;
  memory: ShardMemory;
  /** The part of the last ten seconds in which its thread had work, 0 to 1. */
  busyShare: number;
}

/** What an operator sees of one shard. */
export function shardStats({ shard, ring, counters: c, memory, busyShare }: ShardSources) {
  const latencies = attachLatencies(memory.latencies);
  const pageBytes = c.get('pageBytes');
  const pages = (bytes: number): number => (pageBytes > 0 ? bytes / pageBytes : 0);
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
    busy_share: busyShare,
    cycles: c.get('cycles'),
    longest_cycle_ms: c.get('longestCycleMs'),
    commits: c.get('commits'),
    commit_latency: copied(latencies.commitMs),
    cycle_time: copied(latencies.cycleMs),
    lmdb: {
      file_bytes: c.get('fileBytes'),
      used_bytes: c.get('usedBytes'),
      map_bytes: c.get('mapBytes'),
      file_pages: pages(c.get('fileBytes')),
      used_pages: pages(c.get('usedBytes')),
      readers: c.get('readers'),
    },
    fresh: { bytes_written: c.get('freshBytes'), points: c.get('freshPoints') },
    compaction: { points: c.get('compactedPoints'), jobs: c.get('compactions'), merges: c.get('merges') },
    deleted_points: c.get('deletedPoints'),
    sweeps: { passes: c.get('sweeps'), running: c.get('sweeping') === 1 },
    tiers: TIER_NAMES.map((tier) => ({
      tier,
      rows: c.get(`${tier}Rows`),
      bytes: c.get(`${tier}Bytes`),
      swept_rows: c.get(`${tier}SweptRows`),
      last_sweep_ms: c.get(`${tier}LastSweepMs`),
    })),
  };
}

export type ShardStats = ReturnType<typeof shardStats>;

/** Copied first: its shard goes on recording. */
function copied(histogram: PagedHistogram): LatencyReport {
  const copy = PagedHistogram.withOwnMemory(COPY_PAGES);
  histogram.copyInto(copy);
  return latencyReport(copy);
}
