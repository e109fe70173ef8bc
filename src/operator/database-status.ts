import { formatTime } from '../time/format-time.js';
import { diskRoom } from './disk-room.js';
import type { ShardStats } from './shard-stats.js';
import { tierTotals } from './tier-totals.js';

/** GET /db/status: what the store holds, and where. `lastCommitMs` is 0 before the first commit of this run. */
export async function databaseStatus(
  status: string,
  path: string,
  shards: readonly ShardStats[],
  lastCommitMs: number,
): Promise<object> {
  const sum = (of: (shard: ShardStats) => number): number =>
    shards.reduce((total, shard) => total + of(shard), 0);
  return {
    status,
    engine: 'lmdb',
    path,
    size_bytes: sum(({ lmdb }) => lmdb.file_bytes),
    used_bytes: sum(({ lmdb }) => lmdb.used_bytes),
    map_size_bytes: sum(({ lmdb }) => lmdb.map_bytes),
    free_bytes: await diskRoom(path),
    shards: shards.map(({ shard, series, points, log_bytes, lmdb }) => ({
      shard,
      series,
      points: points.open + points.stored,
      log_bytes,
      size_bytes: lmdb.file_bytes,
      used_bytes: lmdb.used_bytes,
      map_size_bytes: lmdb.map_bytes,
      pages: lmdb.file_pages,
      readers: lmdb.readers,
    })),
    tiers: tierTotals(shards),
    last_commit: lastCommitMs > 0 ? formatTime(lastCommitMs) : null,
    durable: true,
  };
}
