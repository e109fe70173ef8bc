import type { LiveRecorder } from '../../native-free-core/head/head-writer.js';
import {
  ARENA_BYTES_PER_SERIES,
  ARENA_BYTES_SOFT,
  CYCLE_BYTES_MAX,
  FLUSH_AGE_MS_MAX,
  LOG_BYTES_MAX,
} from '../../native-free-core/limits.js';
import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { ShardStore } from '../store/shard-store.js';
import type { CommandOptions } from './commands/command-queue.js';
import type { CompactionBounds } from './jobs/compaction-bounds.js';
import type { SweepBounds } from './jobs/sweep-host.js';
import type { ShardMemory } from './shard-memory.js';

/** Bounds of one shard; the defaults are the engine's, tests make them small. */
export interface ShardBounds {
  arenaBytesSoft: number;
  arenaBytesPerSeries: number;
  cycleBytesMax: number;
  logBytesMax: number;
  flushAgeMsMax: number;
  /** Points that a flush step encodes, and series that it looks at; absent: those of limits.ts. */
  flushStepPoints?: number;
  flushStepSeries?: number;
  /** Mean points a series below which a flush step writes batches; absent: that of limits.ts. */
  batchSeriesPoints?: number;
  /** Absent: those of limits.ts. */
  compaction?: CompactionBounds;
  sweep?: SweepBounds;
}

export const SHARD_BOUNDS: ShardBounds = {
  arenaBytesSoft: ARENA_BYTES_SOFT,
  arenaBytesPerSeries: ARENA_BYTES_PER_SERIES,
  cycleBytesMax: CYCLE_BYTES_MAX,
  logBytesMax: LOG_BYTES_MAX,
  flushAgeMsMax: FLUSH_AGE_MS_MAX,
};

export interface ShardOptions {
  shard: number;
  map: ShardMap;
  memory: ShardMemory;
  store: ShardStore;
  /** Tells this run of the process from earlier ones. */
  session: number;
  live?: LiveRecorder;
  bounds?: ShardBounds;
  commands?: CommandOptions;
  /** Absent: everything is kept, for ever. */
  retention?: RetentionPolicy;
  /** By tier, bytes that the shard may take; absent: any. */
  tierBytesMax?: readonly number[];
}
