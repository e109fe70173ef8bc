import { z } from 'zod';
import { NUMBER_OR_NULL, TIMESTAMP } from './answers.js';

/** Parts of what an operator sees, as schemas. Members may be added. */

export const POINT_RATES = z
  .object({ '1s': z.number(), '10s': z.number(), '60s': z.number() })
  .meta({ description: 'Points taken a second, over the last 1, 10 and 60 seconds.' });

export const LATENCY = z
  .object({
    count: z.number(),
    p50_ms: NUMBER_OR_NULL,
    p90_ms: NUMBER_OR_NULL,
    p99_ms: NUMBER_OR_NULL,
    p99_9_ms: NUMBER_OR_NULL,
    max_ms: NUMBER_OR_NULL,
  })
  .meta({ description: 'Since the process began; null before the first.' });

/** Of each tier, shards together. */
export const TIER_TOTALS = z.array(
  z.looseObject({
    tier: z.string(),
    rows: z.number(),
    bytes: z.number(),
    swept_rows: z.number(),
    last_sweep: TIMESTAMP.nullable(),
  }),
);

const numbers = z.record(z.string(), z.number());

export const SHARD_STATS = z.looseObject({
  shard: z.int(),
  ring: z.object({ fill_bytes: z.number(), highest_bytes: z.number(), bytes: z.number() }),
  series: z.int(),
  points: numbers.meta({ description: 'accepted = open + stored + expired + damaged.' }),
  duplicate_batches: z
    .number()
    .optional()
    .meta({ description: 'Batches that a producer sent again and that were applied before.' }),
  log_bytes: z.number(),
  flushes: z.number().optional(),
  flushing: z.boolean().optional(),
  restarts: z.number().optional().meta({ description: 'How often its thread was started again.' }),
  store_failures: z.number().optional(),
  unable_to_store: z.boolean().optional(),
  busy_share: z.number().meta({ description: 'The part of the last ten seconds in which it had work.' }),
  cycles: z.number().optional(),
  longest_cycle_ms: z.number().optional(),
  commits: z.number().optional(),
  commit_latency: LATENCY,
  cycle_time: LATENCY,
  lmdb: numbers,
  fresh: numbers
    .optional()
    .meta({ description: 'Stored points that are in no tier yet, and bytes written of such.' }),
  compaction: numbers.optional(),
  deleted_points: z.number().optional(),
  sweeps: z.object({ passes: z.number(), running: z.boolean() }).optional(),
  tiers: z
    .array(
      z.object({
        tier: z.string(),
        rows: z.number(),
        bytes: z.number(),
        swept_rows: z.number(),
        last_sweep_ms: z.number().meta({ description: 'Milliseconds since the epoch; 0 before the first.' }),
      }),
    )
    .optional(),
});

export const OPERATOR_STATS = z.looseObject({
  status: z.string(),
  version: z.string(),
  uptime_seconds: z.number(),
  points_accepted: z.number(),
  points_per_second: POINT_RATES,
  rejects: numbers.meta({ description: 'Points refused, by reason.' }),
  series: z.int(),
  metrics: z.int(),
  ingest: z.looseObject({
    connections: z.int(),
    connections_total: z.number().optional(),
    batches: z.number().optional(),
    in_flight_batches: z.int(),
    frames: z.number().optional(),
    bytes: z.number().optional(),
    busy: z.number().optional().meta({ description: 'Batches that were not taken for want of room.' }),
    errors: z.number().optional().meta({ description: 'Frames that broke the protocol.' }),
    takeovers: z.number().optional(),
    producers: z
      .int()
      .meta({ description: 'Names of producers that the folder remembers, 100,000 at most.' }),
    producers_refused: z.number().optional(),
    ack_latency: LATENCY,
  }),
  shards: z.array(SHARD_STATS),
  conservation: numbers.meta({ description: 'accepted = open + stored + expired + damaged.' }),
  series_index: z.looseObject({
    series: z.int(),
    label_sets: z.int().optional(),
    bytes: z.number(),
    left_out: z.int().meta({ description: 'Series that found no room, and are not found by queries.' }),
    restarts: z.int().optional(),
  }),
  queries: z.looseObject({
    threads: z.int(),
    threads_missing: z.int().optional(),
    threads_lost: z.int().optional(),
    answered: z.number(),
    refused: z.number().optional(),
    cancelled: z.number().optional(),
    failed: z.number().optional(),
    in_flight: z.int(),
    in_flight_max: z.int().optional(),
    waiting: z.int().optional(),
    coalesced: z.number().optional().meta({ description: 'Answered together with an identical one.' }),
    inline: z.number().optional().meta({ description: 'Answered on the socket thread.' }),
    yielded: z.number().optional().meta({ description: 'That gave up the thread of light queries.' }),
    cache: numbers.optional().meta({ description: 'Answers about the past that are kept.' }),
    points_decoded: z.number().optional(),
    damaged_places: z.number().optional(),
    latency: LATENCY,
  }),
  http: numbers,
  live: numbers.meta({ description: 'Live push: who listens, and what they were told and missed.' }),
  event_loop_delay: LATENCY,
  memory: numbers,
  process: numbers,
  disk: z.object({ free_bytes: NUMBER_OR_NULL }),
});
