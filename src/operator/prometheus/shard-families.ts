import type { OperatorStats } from '../operator-report.js';
import type { ShardStats } from '../shard-stats.js';
import { counter, gauge, latency, type MetricFamily, perMember, type Sample } from './metric-family.js';

type Stats = OperatorStats;

/** A sample of each shard. */
const perShard =
  (read: (shard: ShardStats) => number | boolean) =>
  ({ shards }: Stats): Sample[] =>
    shards.map((each) => [{ shard: each.shard }, Number(read(each))]);

/** A sample of each tier of each shard. */
const perTier =
  (read: (tier: ShardStats['tiers'][number]) => number) =>
  ({ shards }: Stats): Sample[] =>
    shards.flatMap(({ shard, tiers }) =>
      tiers.map((each): Sample => [{ shard, tier: each.tier }, read(each)]),
    );

/** Of each shard, with its number as a label. */
export const SHARD_FAMILIES: readonly MetricFamily<Stats>[] = [
  gauge(
    'millrace_shard_ring_fill_bytes',
    'What waits in the ring now.',
    perShard((s) => s.ring.fill_bytes),
  ),
  gauge(
    'millrace_shard_ring_highest_bytes',
    'The most that ever waited.',
    perShard((s) => s.ring.highest_bytes),
  ),
  gauge(
    'millrace_shard_ring_bytes',
    'Size of the ring.',
    perShard((s) => s.ring.bytes),
  ),
  gauge(
    'millrace_shard_series',
    'Series of the shard.',
    perShard((s) => s.series),
  ),
  gauge('millrace_shard_points', 'Points of the shard by what became of them.', (s) =>
    s.shards.flatMap(({ shard, points }) =>
      perMember('state', points).map(([labels, value]): Sample => [{ shard, ...labels }, value]),
    ),
  ),
  counter(
    'millrace_shard_duplicate_batches_total',
    'Batches passed over because they were applied before.',
    perShard((s) => s.duplicate_batches),
  ),
  gauge(
    'millrace_shard_log_bytes',
    'Log that is not in blocks yet.',
    perShard((s) => s.log_bytes),
  ),
  counter(
    'millrace_shard_flushes_total',
    'Generations turned into blocks.',
    perShard((s) => s.flushes),
  ),
  gauge(
    'millrace_shard_flushing',
    '1 while a generation is turned into blocks.',
    perShard((s) => s.flushing),
  ),
  counter(
    'millrace_shard_restarts_total',
    'Times that its thread died.',
    perShard((s) => s.restarts),
  ),
  counter(
    'millrace_shard_store_failures_total',
    'Commits that failed.',
    perShard((s) => s.store_failures),
  ),
  gauge(
    'millrace_shard_unable_to_store',
    '1 while the store takes nothing.',
    perShard((s) => s.unable_to_store),
  ),
  gauge(
    'millrace_shard_busy_ratio',
    'The part of the last ten seconds in which its thread had work.',
    perShard((s) => s.busy_share),
  ),
  counter(
    'millrace_shard_cycles_total',
    'Duty cycles.',
    perShard((s) => s.cycles),
  ),
  gauge(
    'millrace_shard_longest_cycle_seconds',
    'The longest duty cycle.',
    perShard((s) => s.longest_cycle_ms / 1_000),
  ),
  counter(
    'millrace_shard_commits_total',
    'Commits.',
    perShard((s) => s.commits),
  ),
  ...latency<Stats>('millrace_shard_commit_latency', 'A commit', ({ shards: all }) =>
    all.map((each) => [{ shard: each.shard }, each.commit_latency] as const),
  ),
  ...latency<Stats>('millrace_shard_cycle_time', 'A duty cycle with work', ({ shards: all }) =>
    all.map((each) => [{ shard: each.shard }, each.cycle_time] as const),
  ),
  gauge(
    'millrace_lmdb_file_bytes',
    "Size of the shard's file.",
    perShard((s) => s.lmdb.file_bytes),
  ),
  gauge(
    'millrace_lmdb_used_bytes',
    'What of it is in use.',
    perShard((s) => s.lmdb.used_bytes),
  ),
  gauge(
    'millrace_lmdb_map_bytes',
    'Size of its map.',
    perShard((s) => s.lmdb.map_bytes),
  ),
  gauge(
    'millrace_lmdb_file_pages',
    'Pages of the file.',
    perShard((s) => s.lmdb.file_pages),
  ),
  gauge(
    'millrace_lmdb_used_pages',
    'Pages in use.',
    perShard((s) => s.lmdb.used_pages),
  ),
  gauge(
    'millrace_lmdb_readers',
    'Slots of its table of readers in use.',
    perShard((s) => s.lmdb.readers),
  ),
  counter(
    'millrace_fresh_written_bytes_total',
    'Bytes of blocks that flushes wrote.',
    perShard((s) => s.fresh.bytes_written),
  ),
  gauge(
    'millrace_fresh_points',
    'Points in no tier yet.',
    perShard((s) => s.fresh.points),
  ),
  counter(
    'millrace_compacted_points_total',
    'Points that compactions put into the tiers.',
    perShard((s) => s.compaction.points),
  ),
  counter(
    'millrace_compactions_total',
    'Compactions.',
    perShard((s) => s.compaction.jobs),
  ),
  counter(
    'millrace_merges_total',
    'Merges of small segments.',
    perShard((s) => s.compaction.merges),
  ),
  gauge(
    'millrace_tier_rows',
    'Points of raw, cells of a rollup.',
    perTier((t) => t.rows),
  ),
  gauge(
    'millrace_tier_bytes',
    'Of the segments of a tier.',
    perTier((t) => t.bytes),
  ),
  counter(
    'millrace_tier_swept_rows_total',
    'Rows that retention has taken away.',
    perTier((t) => t.swept_rows),
  ),
  gauge(
    'millrace_tier_last_sweep_timestamp_seconds',
    'When a sweep went through last; 0: never.',
    perTier((t) => t.last_sweep_ms / 1_000),
  ),
  counter(
    'millrace_deleted_points_total',
    'Points that deletes have taken.',
    perShard((s) => s.deleted_points),
  ),
  counter(
    'millrace_sweeps_total',
    'Passes of retention over all tiers.',
    perShard((s) => s.sweeps.passes),
  ),
  gauge(
    'millrace_sweep_running',
    '1 while a pass goes on.',
    perShard((s) => s.sweeps.running),
  ),
];
