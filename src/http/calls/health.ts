import { z } from 'zod';
import { type ErrorCode, MillraceError } from '../../errors.js';
import { defineCall } from '../call/call.js';
import type { HealthReport } from '../ports.js';

const CODES: Readonly<Record<Exclude<HealthReport['state'], 'ok'>, ErrorCode>> = {
  starting: 'MR_STARTING',
  stopping: 'MR_STOPPING',
  unable_to_store: 'MR_UNABLE_TO_STORE',
};

export const healthCall = defineCall({
  method: 'GET',
  path: '/health',
  access: 'read',
  group: 'Health and operation',
  summary: 'Whether the engine is well',
  description: '503 with the reason while it is starting, stopping or unable to store.',
  answer: {
    schema: z.object({ status: z.literal('ok'), uptime_seconds: z.number(), version: z.string() }),
    example: { status: 'ok', uptime_seconds: 86_400, version: '0.1.0' },
  },
  handler: ({ edge, answer }) => {
    const { state, uptimeSeconds, version, reason } = edge.operator.health();
    const fields = { uptime_seconds: uptimeSeconds, version };
    if (state === 'ok') return answer({ status: 'ok', ...fields });
    throw new MillraceError(CODES[state], reason ?? `The engine is ${state.replaceAll('_', ' ')}.`, {
      fields,
    });
  },
});
