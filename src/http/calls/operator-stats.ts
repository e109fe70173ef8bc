import { defineCall } from '../call/call.js';
import { OPERATOR_STATS } from '../schema/operator.js';

const LATENCY_EXAMPLE = { count: 1_000, p50_ms: 4, p90_ms: 7, p99_ms: 12, p99_9_ms: 20, max_ms: 31 };

export const operatorStatsCall = defineCall({
  method: 'GET',
  path: '/api/v1/operator/stats',
  access: 'read',
  group: 'Health and operation',
  summary: 'All that an operator watches',
  description: 'GET /metrics has the same for Prometheus. docs/operating.md says what is worth an alert.',
  answer: {
    schema: OPERATOR_STATS,
    example: {
      status: 'ok',
      version: '0.1.0',
      uptime_seconds: 86_400,
      points_accepted: 86_400_000,
      points_per_second: { '1s': 1_000, '10s': 998, '60s': 1_001 },
      rejects: { too_old: 3 },
      series: 10_000,
      metrics: 10,
      ingest: { connections: 2, in_flight_batches: 1, producers: 3, ack_latency: LATENCY_EXAMPLE },
      shards: [
        {
          shard: 0,
          ring: { fill_bytes: 0, highest_bytes: 4_096_000, bytes: 33_554_432 },
          series: 10_000,
          points: { accepted: 86_400_000, open: 400_000, stored: 86_000_000, expired: 0, damaged: 0 },
          log_bytes: 8_000_000,
          busy_share: 0.12,
          commit_latency: LATENCY_EXAMPLE,
          cycle_time: LATENCY_EXAMPLE,
          lmdb: { file_bytes: 73_400_320, used_bytes: 62_914_560, readers: 1 },
        },
      ],
      conservation: {
        accepted: 86_400_000,
        open: 400_000,
        stored: 86_000_000,
        expired: 0,
        damaged: 0,
        difference: 0,
      },
      series_index: { series: 10_000, label_sets: 1_000, bytes: 1_200_000, left_out: 0, restarts: 0 },
      queries: { threads: 1, answered: 1_000, in_flight: 0, latency: LATENCY_EXAMPLE },
      http: { requests: 1_200, in_flight: 1 },
      live: {
        connections: 4,
        feeds: 2,
        listeners: 5,
        messages_told: 12_000,
        messages_passed_over: 0,
        points_missed: 0,
        looks: 90_000,
        look_ms_mean: 0.05,
        look_ms_max: 3.2,
      },
      event_loop_delay: LATENCY_EXAMPLE,
      memory: { rss_bytes: 500_000_000 },
      process: { started_seconds: 1_704_067_200, cpu_seconds: 120.5 },
      disk: { free_bytes: 81_980_588_032 },
    },
  },
  handler: async ({ edge, answer }) => answer(await edge.operator.stats()),
});
