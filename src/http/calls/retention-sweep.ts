import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { TIER_CHANGE } from '../schema/tiers.js';

export const retentionSweepCall = defineCall({
  method: 'POST',
  path: '/api/v1/retention/sweep',
  access: 'admin',
  group: 'Rollups and retention',
  summary: 'Takes away what is past its retention, now',
  description:
    'What the engine does every few minutes by itself. Answers when the pass is over, with what it took.',
  answer: {
    schema: z.looseObject({
      tiers: z.array(TIER_CHANGE.extend({ bytes: z.int(), segments: z.int() })),
      rows: z.int().meta({ description: 'Of all tiers.' }),
      bytes: z.int(),
      duration_ms: z.number(),
    }),
    example: {
      tiers: [{ tier: 'raw', rows: 1_440_000, bytes: 720_000, segments: 6 }],
      rows: 1_440_000,
      bytes: 720_000,
      duration_ms: 41,
    },
  },
  handler: async ({ edge, answer }) => answer(await edge.store.sweep()),
});
