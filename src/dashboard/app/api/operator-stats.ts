/** What GET /api/v1/operator/stats answers, as far as this page shows it. */
export interface OperatorStats {
  status: string;
  version: string;
  uptime_seconds: number;
  points_accepted: number;
  points_per_second: Readonly<Record<'1s' | '10s' | '60s', number>>;
  rejects: Readonly<Record<string, number>>;
  series: number;
  metrics: number;
  ingest: {
    connections: number;
    in_flight_batches: number;
    busy: number;
    errors: number;
    ack_latency: Latency;
  };
  shards: readonly ShardStats[];
  conservation: { difference: number; damaged: number };
  queries: { answered: number; refused: number; in_flight: number; latency: Latency };
  memory: { rss_bytes: number };
  live: LiveStats;
}

export interface LiveStats {
  connections: number;
  feeds: number;
  listeners: number;
  messages_told: number;
  messages_passed_over: number;
  points_missed: number;
  look_ms_mean: number;
  look_ms_max: number;
}

export interface Latency {
  count: number;
  /** null while nothing was measured. */
  p50_ms?: number | null;
  p99_ms?: number | null;
  max_ms?: number | null;
}

export interface ShardStats {
  shard: number;
  ring: { fill_bytes: number; highest_bytes: number; bytes: number };
  series: number;
  points: { accepted: number; open: number; stored: number; expired: number };
  log_bytes: number;
  busy_share: number;
  unable_to_store: boolean;
  restarts: number;
  commit_latency: Latency;
  lmdb: { file_bytes: number; used_bytes: number };
}
