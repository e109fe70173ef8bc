import { MillraceError } from '../errors.js';
import type { QueryAnswer } from '../http/ports.js';
import { BUSY_RETRY_MS } from './limits.js';
import type { QueryReply } from './query-task.js';
import { tooBig } from './stop-check.js';

export const stopping = (): MillraceError => new MillraceError('MR_STOPPING', 'The server is stopping.');

export const tooManyQueries = (inFlight: number): MillraceError =>
  new MillraceError('MR_BUSY', `${inFlight} queries are waiting, which is the most. Try again in a moment.`, {
    retryAfterMs: BUSY_RETRY_MS,
  });

export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** V8 has no code for it, and says the same of SharedArrayBuffers. */
export const isAllocationFailure = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes('allocation failed');

export const outOfMemory = (): MillraceError => tooBig('needed more memory than a query thread has');

/** Whether the query was answered, only not with what was asked for: the metric is unknown, the range too large. */
export function isRefusal(error: unknown): boolean {
  return error instanceof MillraceError && error.status < 500 && error.code !== 'MR_BUSY';
}

export function answerOf({ outcome }: QueryReply): QueryAnswer {
  if (outcome.kind === 'answer') return outcome.answer;
  if (outcome.kind === 'fault') throw new Error(outcome.text);
  if (outcome.kind !== 'failure') throw stopping();
  throw new MillraceError(outcome.code, outcome.detail, outcome.details);
}
