import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { POINT_RATES, TIER_TOTALS } from '../schema/operator.js';

export const summaryCall = defineCall({
  method: 'GET',
  path: '/api/v1/metrics/summary',
  access: 'read',
  group: 'Reading',
  summary: 'The engine at a glance',
  answer: {
    schema: z.looseObject({
      status: z.string(),
      version: z.string(),
      uptime_seconds: z.number(),
      series: z.int(),
      metrics: z.int(),
      points: z.number().meta({ description: 'Taken in the life of the data folder.' }),
      points_per_second: POINT_RATES,
      shards: z.int(),
      tiers: TIER_TOTALS,
      memory: z.record(z.string(), z.number()),
    }),
    example: {
      status: 'ok',
      version: '0.1.0',
      uptime_seconds: 86_400,
      series: 10_000,
      metrics: 10,
      points: 8_640_000_000,
      points_per_second: { '1s': 100_000, '10s': 99_800, '60s': 100_010 },
      shards: 1,
      tiers: [
        { tier: '1m', rows: 14_400, bytes: 259_200, swept_rows: 0, last_sweep: '2024-01-01T00:00:00Z' },
      ],
      memory: { rss_bytes: 500_000_000 },
    },
  },
  handler: async ({ edge, answer }) => answer(await edge.operator.summary()),
});
