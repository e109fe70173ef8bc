import { z } from 'zod';
import { defineCall } from '../call/call.js';

export const operatorStatsCall = defineCall({
  method: 'GET',
  path: '/api/v1/operator/stats',
  access: 'read',
  group: 'Health and operation',
  summary: 'All that an operator watches',
  answer: {
    schema: z.looseObject({ status: z.string() }),
    example: { status: 'ok', points_per_second: { '1s': 1_000_000, '10s': 998_000, '60s': 997_500 } },
  },
  handler: async ({ edge, answer }) => answer(await edge.operator.stats()),
});
