import type { OperatorStats } from '../operator-report.js';
import type { ShardStats } from '../shard-stats.js';
import { counter, gauge, latency, type MetricFamily, type Sample } from './metric-family.js';

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

/** A sample of each member of an object of numbers. */
const perMember = (label: string, members: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(members).map(([name, value]) => [{ [label]: name }, value]);

const engine: readonly MetricFamily<Stats>[] = [
  gauge('millrace_info', 'The version that runs.', ({ version }) => [[{ version }, 1]]),
  gauge('millrace_up', '1 while the engine takes points, 0 while it does not.', (s) => s.status === 'ok'),
  gauge('millrace_uptime_seconds', 'Since the process began.', (s) => s.uptime_seconds),
  counter(
    'millrace_points_accepted_total',
    'Points taken since the process began.',
    (s) => s.points_accepted,
  ),
  gauge('millrace_points_per_second', 'Points taken over the last 1, 10 and 60 seconds.', (s) =>
    perMember('over', s.points_per_second),
  ),
  counter('millrace_points_rejected_total', 'Points refused, by reason.', (s) =>
    perMember('reason', s.rejects),
  ),
  gauge('millrace_series', 'Series known.', (s) => s.series),
  gauge('millrace_metrics', 'Metrics known.', (s) => s.metrics),
  gauge('millrace_points', 'Points of the folder by what became of them, shards together.', (s) => [
    [{ state: 'accepted' }, s.conservation.accepted],
    [{ state: 'open' }, s.conservation.open],
    [{ state: 'stored' }, s.conservation.stored],
    [{ state: 'expired' }, s.conservation.expired],
    [{ state: 'damaged' }, s.conservation.damaged],
  ]),
  gauge(
    'millrace_conservation_difference',
    'accepted - open - stored - expired - damaged: 0 but for what a duty cycle has in hand.',
    (s) => s.conservation.difference,
  ),
  gauge('millrace_memory_bytes', 'Memory of the process by kind; shared is reserved.', (s) => [
    [{ kind: 'resident' }, s.memory.rss_bytes],
    [{ kind: 'heap_used' }, s.memory.heap_used_bytes],
    [{ kind: 'heap_total' }, s.memory.heap_total_bytes],
    [{ kind: 'external' }, s.memory.external_bytes],
    [{ kind: 'shared' }, s.memory.shared_bytes],
  ]),
  ...latency<Stats>('millrace_event_loop_delay', 'How late the socket thread turns', (s) => [
    [{}, s.event_loop_delay],
  ]),
];

const ingest: readonly MetricFamily<Stats>[] = [
  gauge('millrace_ingest_connections', 'WebSocket connections that are open.', (s) => s.ingest.connections),
  counter(
    'millrace_ingest_connections_total',
    'WebSocket connections that were opened.',
    (s) => s.ingest.connections_total,
  ),
  counter('millrace_ingest_batches_total', 'Batches that were taken.', (s) => s.ingest.batches),
  gauge(
    'millrace_ingest_in_flight_batches',
    'Batches that are not acknowledged yet.',
    (s) => s.ingest.in_flight_batches,
  ),
  counter('millrace_ingest_frames_total', 'Frames of the binary protocol.', (s) => s.ingest.frames),
  counter('millrace_ingest_received_bytes_total', 'Bytes of these frames.', (s) => s.ingest.bytes),
  counter('millrace_ingest_busy_total', 'Batches that were told to come again.', (s) => s.ingest.busy),
  counter('millrace_ingest_errors_total', 'Connections ended by an ERROR frame.', (s) => s.ingest.errors),
  counter(
    'millrace_ingest_takeovers_total',
    'Producers that came back on another connection.',
    (s) => s.ingest.takeovers,
  ),
  ...latency<Stats>('millrace_ack_latency', "From a batch's arrival to its acknowledgement", (s) => [
    [{}, s.ingest.ack_latency],
  ]),
];

const reading: readonly MetricFamily<Stats>[] = [
  gauge('millrace_query_threads', 'Threads that answer queries.', (s) => s.queries.threads),
  counter('millrace_queries_total', 'Queries by how they ended.', ({ queries }) => [
    [{ outcome: 'answered' }, queries.answered],
    [{ outcome: 'refused' }, queries.refused],
    [{ outcome: 'cancelled' }, queries.cancelled],
    [{ outcome: 'failed' }, queries.failed],
  ]),
  gauge('millrace_queries_in_flight', 'Queries that run or wait.', (s) => s.queries.in_flight),
  gauge(
    'millrace_queries_in_flight_max',
    'The most that ran or waited at once.',
    (s) => s.queries.in_flight_max,
  ),
  counter('millrace_query_points_total', 'Points that queries decoded.', (s) => s.queries.points_decoded),
  counter(
    'millrace_query_damaged_places_total',
    'Damaged places that queries met and passed over.',
    (s) => s.queries.damaged_places,
  ),
  ...latency<Stats>('millrace_query_latency', 'From a query to its answer', (s) => [[{}, s.queries.latency]]),
  counter('millrace_http_requests_total', 'HTTP requests.', (s) => s.http.requests),
  gauge('millrace_http_requests_in_flight', 'HTTP requests not answered yet.', (s) => s.http.in_flight),
  counter('millrace_http_answers_total', 'HTTP answers by class of status.', ({ http }) => [
    [{ class: '2xx' }, http.answered_2xx],
    [{ class: '4xx' }, http.answered_4xx],
    [{ class: '5xx' }, http.answered_5xx],
    [{ class: 'aborted' }, http.aborted],
  ]),
  gauge('millrace_http_body_bytes', 'Request bodies held in memory.', (s) => s.http.body_bytes_held),
];

const shards: readonly MetricFamily<Stats>[] = [
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

/** Every number of the operator's statistics, as metrics (a test looks that none is left out). */
export const METRIC_FAMILIES: readonly MetricFamily<Stats>[] = [...engine, ...ingest, ...reading, ...shards];
