import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { resolveRange } from '../parameter/range.js';
import { TIER, TIER_CHANGE } from '../schema/tiers.js';
import { TIME } from '../schema/vocabulary.js';

const body = z.strictObject({
  tier: TIER.exclude(['raw'])
    .optional()
    .meta({ description: 'The tier whose cells are held against the finer one; all where it is left out.' }),
  start: TIME.optional(),
  end: TIME.optional(),
});

export const rollupsTriggerCall = defineCall({
  method: 'POST',
  path: '/api/v1/rollups/trigger',
  access: 'admin',
  group: 'Rollups and retention',
  summary: 'Brings the tiers up to date and puts cells right',
  description:
    'Puts everything that is open or fresh into the tiers, which otherwise comes by itself within minutes, and holds the cells of the range against the finer tier: those that differ are made anew. A window of which the finer tier has expired stays.',
  body: { schema: body, example: { tier: '1h', start: '7d' } },
  answer: {
    schema: z.looseObject({
      windows: z.int().meta({ description: 'Windows that were made anew.' }),
      rows: z.int().meta({ description: 'Cells that were written for them.' }),
      tiers: z.array(TIER_CHANGE),
      duration_ms: z.number(),
    }),
    example: { windows: 0, rows: 0, tiers: [{ tier: '1h', rows: 0 }], duration_ms: 120 },
  },
  problems: [413, 415],
  handler: async ({ edge, body: { tier, start, end }, nowMs, answer }) =>
    answer(await edge.store.trigger({ tier, ...resolveRange(start, end, nowMs) })),
});
