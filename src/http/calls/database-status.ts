import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { TIER_TOTALS } from '../schema/operator.js';

export const databaseStatusCall = defineCall({
  method: 'GET',
  path: '/db/status',
  access: 'read',
  group: 'Health and operation',
  summary: 'What the store holds, and where',
  answer: {
    schema: z.looseObject({
      status: z.string(),
      engine: z.literal('lmdb'),
      path: z.string(),
      size_bytes: z.number(),
      used_bytes: z.number(),
      map_size_bytes: z.number(),
      free_bytes: NUMBER_OR_NULL.meta({ description: 'Room on the file system.' }),
      shards: z.array(
        z.looseObject({
          shard: z.int(),
          series: z.int(),
          points: z.number(),
          log_bytes: z.number(),
          size_bytes: z.number(),
          used_bytes: z.number(),
          map_size_bytes: z.number(),
          pages: z.number(),
          readers: z.int(),
        }),
      ),
      tiers: TIER_TOTALS,
      last_commit: TIMESTAMP.nullable(),
      durable: z.literal(true),
    }),
    example: {
      status: 'ok',
      engine: 'lmdb',
      path: './data',
      size_bytes: 73_400_320,
      used_bytes: 62_914_560,
      map_size_bytes: 1_099_511_627_776,
      free_bytes: 250_000_000_000,
      shards: [
        {
          shard: 0,
          series: 10_000,
          points: 100_000_000,
          log_bytes: 12_000_000,
          size_bytes: 73_400_320,
          used_bytes: 62_914_560,
          map_size_bytes: 1_099_511_627_776,
          pages: 17_920,
          readers: 1,
        },
      ],
      tiers: [
        { tier: '1m', rows: 14_400, bytes: 259_200, swept_rows: 0, last_sweep: '2024-01-01T00:00:00Z' },
      ],
      last_commit: '2024-01-01T00:00:00.25Z',
      durable: true,
    },
  },
  handler: async ({ edge, answer }) => answer(await edge.operator.databaseStatus()),
});
