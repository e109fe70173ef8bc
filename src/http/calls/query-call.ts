import { MillraceError } from '../../errors.js';
import type { Call } from '../edge.js';
import { ANSWER_TYPES } from '../media-types.js';
import type { QueryAnswer, QueryRequest } from '../ports.js';

type Found = Extract<QueryAnswer, { status: 200 }>;

/**
 * Runs a query within the time it may take, until its client goes away.
 * @throws MillraceError for every answer but 200
 */
export async function runQuery({ exchange, edge }: Call, request: QueryRequest): Promise<Found> {
  const timeoutMs = edge.limits.queryTimeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: QueryAnswer;
  try {
    answer = await edge.query.run(request, AbortSignal.any([exchange.signal, timeout]));
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw new MillraceError(
      'MR_QUERY_TIMEOUT',
      `The query took longer than ${timeoutMs} ms (limits.queryTimeoutMs). Ask for a shorter range or fewer series, or try again when the server is less busy.`,
    );
  }
  if (answer.status === 200) return answer;
  throw refusal(answer);
}

function refusal(answer: Exclude<QueryAnswer, Found>): MillraceError {
  if (answer.status === 400) {
    return new MillraceError('MR_BAD_PARAMETER', answer.detail, { fields: { parameter: answer.parameter } });
  }
  if (answer.status === 422) return new MillraceError('MR_QUERY_TOO_BIG', answer.detail);
  if ('noData' in answer) return new MillraceError('MR_NO_DATA', answer.noData);
  const { metric, near } = answer;
  const hint = near.length === 0 ? 'GET /metrics/names lists all.' : `Near names: ${near.join(', ')}.`;
  return new MillraceError('MR_UNKNOWN_METRIC', `There is no metric ${JSON.stringify(metric)}. ${hint}`, {
    fields: { metric_name: metric, near },
  });
}

/** Runs a query and passes its bytes on. */
export async function answerQuery(call: Call, request: QueryRequest): Promise<void> {
  const { body } = await runQuery(call, request);
  call.exchange.answer(200, ANSWER_TYPES[request.format], body);
}
