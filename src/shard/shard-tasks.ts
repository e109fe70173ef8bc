import { tierBytesMax } from '../config/retention-keys.js';
import type { Config } from '../config/schema.js';
import type { ShardMemory } from './shard-memory.js';
import { SHARD_BOUNDS } from './shard-options.js';
import type { ShardTaskOptions } from './shard-pool.js';

/** Tasks of all shards, in their order. `session` tells this run of the process from others. */
// Four arguments: what the engine knows of its shards.
export function shardTasks(
  session: number,
  config: Config,
  paths: readonly string[],
  memories: readonly ShardMemory[],
): ShardTaskOptions[] {
  return memories.map((memory, shard) => ({
    shard,
    shardCount: memories.length,
    path: paths[shard]!,
    session,
    memory,
    bounds: { ...SHARD_BOUNDS, logBytesMax: config.logBytesMax },
    retention: config.retention,
    tierBytesMax: tierBytesMax(config),
  }));
}
