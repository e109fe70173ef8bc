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
  points: numbers,
  log_bytes: z.number(),
  busy_share: z.number().meta({ description: 'The part of the last ten seconds in which it had work.' }),
  commit_latency: LATENCY,
  cycle_time: LATENCY,
  lmdb: numbers,
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
    in_flight_batches: z.int(),
    producers: z
      .int()
      .meta({ description: 'Names of producers that the folder remembers, 100,000 at most.' }),
    ack_latency: LATENCY,
  }),
  shards: z.array(SHARD_STATS),
  conservation: numbers.meta({ description: 'accepted = open + stored + expired + damaged.' }),
  series_index: z.looseObject({ series: z.int(), bytes: z.number(), left_out: z.int() }),
  queries: z.looseObject({ threads: z.int(), answered: z.number(), in_flight: z.int(), latency: LATENCY }),
  http: numbers,
  live: numbers.meta({ description: 'Live push: who listens, and what they were told and missed.' }),
  event_loop_delay: LATENCY,
  memory: numbers,
  process: numbers,
  disk: z.object({ free_bytes: NUMBER_OR_NULL }),
});
