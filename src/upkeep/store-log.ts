import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { Clock } from '../clock.js';
import { recoverShard } from '../shard/recovery.js';
import { createShardMemory } from '../shard/shard-memory.js';
import type { ShardOptions } from '../shard/shard-options.js';
import type { StoreFinding } from '../store/findings.js';
import { LmdbStore } from '../store/lmdb-store.js';
import type { ShardStore } from '../store/shard-store.js';
import { RING_BYTES_MIN } from './limits.js';
import { hasLog } from './move-groups.js';

/** A shard of a folder at rest. */
export interface ShardAtRest {
  shard: number;
  map: ShardMap;
  path: string;
  /** Series that its memory has room for, in all shards. */
  seriesTotal: number;
  /** A delete that was cut short goes on meanwhile, and must know which tier tells of the oldest points. */
  retention: RetentionPolicy;
}

/**
 * Brings the log of a shard whose store is open into blocks, with memory that it has for this alone, and answers what was found
 * damaged. Does nothing when the log is empty.
 */
export function storeLogOf(
  store: ShardStore,
  options: () => Omit<ShardOptions, 'store' | 'session'>,
  clock: Clock,
): StoreFinding[] {
  if (!hasLog(store)) return [];
  const { engine, recovered } = recoverShard({ ...options(), store, session: 1 }, clock);
  engine.storeAll(clock.nowMs());
  return recovered.findings;
}

/**
 * Brings the log of a shard at rest into blocks, as a start and a stop would, and answers what was found damaged. Does
 * nothing when the log is empty.
 */
export async function storeLog(
  { shard, map, path, seriesTotal, retention }: ShardAtRest,
  clock: Clock,
): Promise<StoreFinding[]> {
  const store = LmdbStore.open(path);
  try {
    const memory = () => createShardMemory(map.groupCount(shard), seriesTotal, RING_BYTES_MIN);
    return storeLogOf(store, () => ({ shard, map, memory: memory(), retention }), clock);
  } finally {
    await store.closed();
  }
}
