import { availableParallelism } from 'node:os';
import {
  CLOCK_SKEW_MS_MAX,
  LOG_BYTES_MAX,
  RING_BYTES,
  SERIES_PER_METRIC_MAX,
  SERIES_TOTAL_MAX,
  TIER_RETENTION_MS,
} from '../../native-free-core/limits.js';
import { defaultWireLimits } from '../../protocol/index.js';
import { ANSWER_CACHE_BOUNDS } from '../query/limits.js';
import { QUERY_LIMITS_DEFAULT } from '../query/query-limits.js';

/** More shards than one socket thread can feed cost CPU and give nothing (docs/adr/0016-default-workers.md). */
const WORKERS_DEFAULT_MAX = 4;

/** Shards by default: one a core, and a core left for the socket thread. */
export function defaultWorkers(cores: number = availableParallelism()): number {
  return Math.min(WORKERS_DEFAULT_MAX, Math.max(1, cores - 1));
}

/** The default of every key; bounds that the engine or the wire knows come from there. Times in ms. */
export const DEFAULTS = {
  port: 8000,
  // Not 0.0.0.0: without tokens, whoever reaches the port may write.
  host: '127.0.0.1',
  data: './data',
  // Two: one of them is for light queries (src/query/query-lanes.ts).
  queryThreads: 2,
  rehearsal: true,
  logLevel: 'info',
  ringBytes: RING_BYTES,
  logBytesMax: LOG_BYTES_MAX,
  seriesTotal: SERIES_TOTAL_MAX,
  seriesPerMetric: SERIES_PER_METRIC_MAX,
  frameBytes: defaultWireLimits.frameBytesMax,
  // A batch of 100,000 points of 160 bytes; more is what NDJSON is for.
  bodyBytes: 16 * 1024 * 1024,
  pointsPerBatch: defaultWireLimits.pointsPerBatchMax,
  inFlight: defaultWireLimits.inFlightMax,
  clockSkewMs: CLOCK_SKEW_MS_MAX,
  queryTimeoutMs: 30_000,
  queryPoints: QUERY_LIMITS_DEFAULT.points,
  querySeries: QUERY_LIMITS_DEFAULT.series,
  queryRows: QUERY_LIMITS_DEFAULT.rows,
  answerCacheBytes: ANSWER_CACHE_BOUNDS.bytesMax,
  retention: TIER_RETENTION_MS,
} as const;
