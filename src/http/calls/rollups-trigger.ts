import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { BODY_RANGE, bodyRange } from '../parameter/body-range.js';
import { DAMAGED_SEGMENTS, TIER, TIER_CHANGE } from '../schema/tiers.js';

const BODY = z.strictObject({
  tier: TIER.exclude(['raw'])
    .optional()
    .meta({ description: 'The tier whose cells are held against the finer one; all where it is left out.' }),
  ...BODY_RANGE,
});

export const rollupsTriggerCall = defineCall({
  method: 'POST',
  path: '/api/v1/rollups/trigger',
  access: 'admin',
  group: 'Rollups and retention',
  summary: 'Brings the tiers up to date and puts cells right',
  description:
    'Puts everything that is open or fresh into the tiers, which otherwise comes by itself within minutes, and holds the cells of the range against the finer tier: those that differ are made anew. A window of which the finer tier has expired stays.',
  body: { schema: BODY, example: { tier: '1h', start: '7d' }, isOptional: true },
  answer: {
    schema: z.looseObject({
      windows: z.int().meta({ description: 'Windows that were made anew.' }),
      rows: z.int().meta({ description: 'Cells that were written for them.' }),
      tiers: z.array(TIER_CHANGE),
      damaged_segments: DAMAGED_SEGMENTS,
      duration_ms: z.number(),
    }),
    example: { windows: 0, rows: 0, tiers: [{ tier: '1h', rows: 0 }], damaged_segments: 0, duration_ms: 120 },
  },
  problems: [413, 415],
  handler: async ({ edge, body, nowMs, answer }) =>
    answer(await edge.store.trigger({ tier: body.tier, ...bodyRange(body, nowMs) })),
});
