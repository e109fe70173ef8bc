import type { OperatorStats } from '../operator-report.js';
import { counter, gauge, latency, type MetricFamily, perMember } from './metric-family.js';
import { SHARD_FAMILIES } from './shard-families.js';

type Stats = OperatorStats;

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
  gauge('millrace_disk_free_bytes', 'Room on the file system of the data folder.', (s) => [
    [{}, s.disk.free_bytes],
  ]),
  // As every client library of Prometheus names them, so that the usual panels work.
  counter('process_cpu_seconds_total', 'What all threads have worked.', (s) => s.process.cpu_seconds),
  gauge(
    'process_start_time_seconds',
    'When the process began, since the epoch.',
    (s) => s.process.started_seconds,
  ),
  gauge('process_resident_memory_bytes', 'Memory that the process has in use.', (s) => s.memory.rss_bytes),
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
  counter(
    'millrace_ingest_errors_total',
    'Frames that were answered with ERROR; some of them end their connection.',
    (s) => s.ingest.errors,
  ),
  counter(
    'millrace_ingest_takeovers_total',
    'Producers that came back on another connection.',
    (s) => s.ingest.takeovers,
  ),
  gauge(
    'millrace_ingest_producers',
    'Names of producers that the folder remembers.',
    (s) => s.ingest.producers,
  ),
  counter(
    'millrace_ingest_producers_refused_total',
    'New names of producers for which there was no room.',
    (s) => s.ingest.producers_refused,
  ),
  ...latency<Stats>('millrace_ack_latency', "From a batch's arrival to its acknowledgement", (s) => [
    [{}, s.ingest.ack_latency],
  ]),
];

const reading: readonly MetricFamily<Stats>[] = [
  gauge('millrace_indexed_series', 'Series in the index of labels.', (s) => s.series_index.series),
  gauge('millrace_index_bytes', 'Memory of the index of labels.', (s) => s.series_index.bytes),
  gauge(
    'millrace_index_left_out_series',
    'Series that found no room in the index of labels, and are not found by queries.',
    (s) => s.series_index.left_out,
  ),
  gauge('millrace_query_threads', 'Threads that answer queries.', (s) => s.queries.threads),
  gauge(
    'millrace_query_threads_missing',
    'Threads that should answer queries and have died or not started.',
    (s) => s.queries.threads_missing,
  ),
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
  gauge('millrace_queries_waiting', 'Queries that wait for a thread.', (s) => s.queries.waiting),
  counter(
    'millrace_queries_coalesced_total',
    'Queries answered together with an identical one.',
    (s) => s.queries.coalesced,
  ),
  counter(
    'millrace_queries_inline_total',
    'Queries answered on the socket thread, without a query thread.',
    (s) => s.queries.inline,
  ),
  counter(
    'millrace_queries_yielded_total',
    'Times that a query gave up the thread of light ones.',
    (s) => s.queries.yielded,
  ),
  counter('millrace_query_threads_lost_total', 'Query threads that died.', (s) => s.queries.threads_lost),
  counter(
    'millrace_query_cache_answers_total',
    'Queries answered from the cache.',
    (s) => s.queries.cache.answered,
  ),
  gauge('millrace_query_cache_entries', 'Answers in the cache.', (s) => s.queries.cache.entries),
  gauge('millrace_query_cache_bytes', 'Bytes of them.', (s) => s.queries.cache.bytes),
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
  gauge(
    'millrace_http_answer_bytes',
    'Long answers that clients have not taken yet.',
    (s) => s.http.answer_bytes_held,
  ),
];

const index: readonly MetricFamily<Stats>[] = [
  gauge(
    'millrace_index_label_sets',
    'Sets of labels in the index of series.',
    (s) => s.series_index.label_sets,
  ),
  counter(
    'millrace_index_restarts_total',
    'Times that the thread of the index died.',
    (s) => s.series_index.restarts,
  ),
];

const live: readonly MetricFamily<Stats>[] = [
  gauge('millrace_live_connections', 'Connections that follow points or windows.', (s) => s.live.connections),
  gauge('millrace_live_feeds', 'Feeds that somebody listens to.', (s) => s.live.feeds),
  gauge('millrace_live_listeners', 'Listeners of these feeds.', (s) => s.live.listeners),
  counter('millrace_live_messages_told_total', 'Messages sent to listeners.', (s) => s.live.messages_told),
  counter(
    'millrace_live_messages_passed_over_total',
    'Messages that gave way to newer ones, because their listener did not keep up.',
    (s) => s.live.messages_passed_over,
  ),
  counter(
    'millrace_live_points_missed_total',
    'Points that listeners missed and were told the number of, summed over listeners.',
    (s) => s.live.points_missed,
  ),
  counter('millrace_live_looks_total', 'Looks for what is new.', (s) => s.live.looks),
  gauge('millrace_live_look_mean_seconds', 'How long a look takes.', (s) => s.live.look_ms_mean / 1_000),
  gauge('millrace_live_look_max_seconds', 'The longest look.', (s) => s.live.look_ms_max / 1_000),
];

/** Every number of the operator's statistics, as metrics (a test looks that none is left out). */
export const METRIC_FAMILIES: readonly MetricFamily<Stats>[] = [
  ...engine,
  ...ingest,
  ...reading,
  ...index,
  ...live,
  ...SHARD_FAMILIES,
];
