import { createHeadBuffers, type HeadBuffers } from '../../native-free-core/head/head-memory.js';
import {
  type HistogramPoolSizes,
  histogramPoolBytes,
} from '../../native-free-core/histogram/histogram-layout.js';
import { HistogramPool } from '../../native-free-core/histogram/histogram-pool.js';
import { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { LIVE_METRICS_MAX, LIVE_PAGES_MAX } from '../../native-free-core/limits.js';
import { createLiveWindows } from '../../native-free-core/live/live-windows-memory.js';
import { ringMemoryBytes } from '../../native-free-core/ring/ring-layout.js';
import { createStoreMark } from '../store/store-mark.js';
import { createCutGate } from './cut-gate.js';
import { HISTORY_MARK_BYTES } from './history-mark.js';
import { SHARD_COUNTERS } from './shard-counters.js';

/** All memory that a shard shares with the socket thread and the query threads. Made once, outlives a crashed worker. */
export interface ShardMemory {
  ring: SharedArrayBuffer;
  head: HeadBuffers;
  live: SharedArrayBuffer;
  counters: SharedArrayBuffer;
  latencies: SharedArrayBuffer;
  history: SharedArrayBuffer;
  cut: SharedArrayBuffer;
  /** Whether the store has changed (store-mark.ts). */
  store: SharedArrayBuffer;
}

/** Milliseconds from microseconds to minutes span 27 octaves; 32 pages never run out. */
const LATENCY_POOL: HistogramPoolSizes = { histograms: 2, pages: 64, pagesPerHistogram: 32 };

export function createShardMemory(groupCount: number, seriesTotal: number, ringBytes: number): ShardMemory {
  return {
    ring: new SharedArrayBuffer(ringMemoryBytes(ringBytes)),
    head: createHeadBuffers(groupCount, seriesTotal),
    live: createLiveWindows({ metricsMax: LIVE_METRICS_MAX, pagesMax: LIVE_PAGES_MAX }),
    counters: new SharedArrayBuffer(SHARD_COUNTERS.length * 8),
    latencies: new SharedArrayBuffer(histogramPoolBytes(LATENCY_POOL)),
    history: new SharedArrayBuffer(HISTORY_MARK_BYTES),
    cut: createCutGate(),
    store: createStoreMark(),
  };
}

/** How long a shard's commits and duty cycles take, ms. Its worker records, others copy. */
export interface ShardLatencies {
  commitMs: PagedHistogram;
  cycleMs: PagedHistogram;
}

export function attachLatencies(memory: SharedArrayBuffer): ShardLatencies {
  const pool = new HistogramPool(memory, 0, LATENCY_POOL);
  return { commitMs: new PagedHistogram(pool, 0), cycleMs: new PagedHistogram(pool, 1) };
}
