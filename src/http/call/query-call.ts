import { MillraceError } from '../../errors.js';
import { type AnswerCoding, chooseCoding } from '../answer-coding.js';
import type { Edge } from '../edge.js';
import type { Exchange } from '../exchange.js';
import { ANSWER_TYPES } from '../media-types.js';
import type { ParameterSet } from '../parameter/parameter.js';
import type { QueryAnswer, QueryRequest } from '../ports.js';
import { formatsOf, type Presenter } from '../present/presenter.js';
import { withTrace } from '../schema/answers.js';
import {
  type AnswerDeclaration,
  type Call,
  type CallContext,
  type CallDeclaration,
  defineCall,
} from './call.js';

/** Where a query's answer goes. */
export interface QueryCaller {
  exchange: Exchange;
  edge: Edge;
}

/**
 * Runs a query within the time it may take, until its client goes away.
 * @throws MillraceError
 */
export async function runQuery(caller: QueryCaller, request: QueryRequest): Promise<QueryAnswer> {
  return caller.edge.query.answerNow?.(request) ?? (await runLater(caller, request));
}

async function runLater({ exchange, edge }: QueryCaller, request: QueryRequest): Promise<QueryAnswer> {
  const timeoutMs = edge.limits.queryTimeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await edge.query.run(request, AbortSignal.any([exchange.signal, timeout]));
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw new MillraceError(
      'MR_QUERY_TIMEOUT',
      `The query took longer than ${timeoutMs} ms (limits.queryTimeoutMs). Ask for a shorter range or fewer series, or try again when the server is less busy.`,
    );
  }
}

/** Runs a query and passes its bytes on; before it returns, where the answer is found at once. */
export function answerQuery(caller: QueryCaller, request: QueryRequest): void | Promise<void> {
  const found = caller.edge.query.answerNow?.(request);
  if (found !== undefined) return passOn(caller, request, found);
  return runLater(caller, request).then((answer) => passOn(caller, request, answer));
}

function passOn({ exchange }: QueryCaller, { format }: QueryRequest, { body, coding }: QueryAnswer): void {
  exchange.answer(200, ANSWER_TYPES[format], body, codingHeaders(coding));
}

const VARY = { Vary: 'Accept, Accept-Encoding' };

/** What a client is told of an answer's coding. */
export const codingHeaders = (coding: AnswerCoding | undefined): Readonly<Record<string, string>> =>
  coding === undefined ? VARY : { ...VARY, 'Content-Encoding': coding };

/** A call that is answered on a query thread: instead of a handler it says what it asks. */
export interface QueryCallDeclaration<P extends ParameterSet, B, R extends QueryRequest, T>
  extends Omit<CallDeclaration<P, B>, 'handler' | 'access' | 'answer'> {
  presenter: Presenter<R, T>;
  answer: Omit<AnswerDeclaration, 'formats'>;
  /** What is asked, besides its kind, format and coding, which the presenter and the client say. */
  request(context: CallContext<P, B>): Omit<R, 'kind' | 'format' | 'coding'>;
  /** In place of passing the answer's bytes on. */
  respond?(context: CallContext<P, B>, request: R): void | Promise<void>;
}

export function defineQueryCall<
  R extends QueryRequest,
  T,
  P extends ParameterSet = Record<never, never>,
  B = undefined,
>(declaration: QueryCallDeclaration<P, B, R, T>): Call {
  const { presenter, request, respond, answer, problems = [], ...rest } = declaration;
  const traced = 'trace' in (rest.parameters ?? {}) ? { schema: withTrace(answer.schema) } : {};
  return defineCall<P, B>({
    ...rest,
    access: 'read',
    answer: { ...answer, ...traced, formats: formatsOf(presenter) },
    problems: [404, 422, ...problems],
    handler: (context) => {
      const { format, exchange } = context;
      const coding = chooseCoding(exchange.acceptEncoding);
      const asked = request(context) as R;
      asked.kind = presenter.kind;
      asked.format = format;
      asked.coding = coding;
      return respond === undefined ? answerQuery(context, asked) : respond(context, asked);
    },
  });
}
