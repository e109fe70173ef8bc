import type { QueryAnswer, QueryRequest } from '../http/ports.js';
import { presentAnswer } from '../http/present/present.js';
import type { Presenter } from '../http/present/presenter.js';
import type { QueryTools } from './query-tools.js';
import type { StopCheck } from './stop-check.js';

/** Answers requests of one kind on one thread, one at a time. */
export type Answerer = (request: QueryRequest, stop: StopCheck) => QueryAnswer;

/** A kind of request and who answers it. */
export interface Question {
  readonly kind: string;
  /** Makes the answerer of one thread, with whatever memory it keeps from request to request. */
  open(tools: QueryTools): Answerer;
}

/**
 * Declares who answers the requests of a presenter's kind. The function that `open` gives finds the result; it throws MillraceError for what
 * is no answer (MR_BAD_PARAMETER, MR_NO_DATA, MR_QUERY_TOO_BIG), and calls `stop.check()` every few milliseconds.
 */
export function defineQuestion<R extends QueryRequest, T>(
  presenter: Presenter<R, T>,
  open: (tools: QueryTools) => (request: R, stop: StopCheck) => T,
): Question {
  return {
    kind: presenter.kind,
    open: (tools) => {
      const find = open(tools);
      // The table leads requests here by their kind, so this one is an R.
      return (request, stop) => {
        const result = find(request as R, stop);
        stop.trace.spent('merge');
        const trace = (): object => {
          stop.trace.spent('encode');
          return stop.trace.report(stop.cost);
        };
        return presentAnswer(presenter, request as R, result, {
          trace: request.isTraced === true ? trace : undefined,
          look: stop.whileWriting,
        });
      };
    },
  };
}
