import { MillraceError } from '../../errors.js';
import type { Busy } from '../ports.js';
import type { IngestCall } from './ingest-call.js';
import type { IngestReport } from './ingest-report.js';

/** How an ingest request ends, in one place for every call that takes points. */

/** The engine took nothing: a client keeps its data and sends it again. */
export function busyError(busy: Busy, fields: Readonly<Record<string, unknown>> = {}): MillraceError {
  return new MillraceError(
    'MR_BUSY',
    `The engine can't take the batch now (${busy.reason}). Nothing of it was stored; send it again in ${busy.busyRetryMs} ms.`,
    {
      retryAfterMs: busy.busyRetryMs,
      fields: { retry_after_ms: busy.busyRetryMs, reason: busy.reason, ...fields },
    },
  );
}

/** The engine took the batch but couldn't make it durable. */
export function unableToStore(failure: Error, fields: Readonly<Record<string, unknown>> = {}): MillraceError {
  if (failure instanceof MillraceError) {
    const { code, message, retryAfterMs } = failure;
    return new MillraceError(code, message, {
      cause: failure,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      fields: { ...failure.fields, ...fields },
    });
  }
  return new MillraceError(
    'MR_UNABLE_TO_STORE',
    `The points could not be stored: ${failure.message}. Keep them and send them again.`,
    { cause: failure, fields },
  );
}

/** Answers with the counts: 200 while a point was accepted or none was sent, 400 if all were bad. */
export function answerReport(call: IngestCall, report: IngestReport): void {
  const { accepted, rejected, errors } = report;
  if (accepted > 0 || rejected === 0) {
    call.answer(report.fields());
    return;
  }
  call.exchange.fail(
    new MillraceError(
      'MR_POINT_REJECTED',
      `${rejected === 1 ? 'The one point could not be taken' : `None of the ${rejected} points could be taken; the first`}: ${errors[0]?.message ?? 'unknown'}.`,
      { fields: report.fields() },
    ),
  );
}
