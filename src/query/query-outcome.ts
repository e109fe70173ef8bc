import { MillraceError } from '../errors.js';
import type { QueryAnswer } from '../http/ports.js';
import type { QueryReply } from './query-task.js';
import { tooBig } from './stop-check.js';

export const stopping = (): MillraceError => new MillraceError('MR_STOPPING', 'The server is stopping.');

export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** The thread is lost and another takes its place; the others go on. */
export const outOfMemory = (): MillraceError => tooBig('needed more memory than a query thread has');

/** Whether the query was answered, only not with what was asked for: the metric is unknown, the range too large. */
export function isRefusal(error: unknown): boolean {
  return error instanceof MillraceError && error.status < 500 && error.code !== 'MR_BUSY';
}

export function answerOf({ outcome }: QueryReply): QueryAnswer {
  if (outcome.kind === 'answer') return outcome.answer;
  if (outcome.kind !== 'failure') throw stopping();
  throw new MillraceError(outcome.code, outcome.detail, outcome.details);
}
