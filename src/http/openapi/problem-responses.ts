import { ERROR_KINDS } from '../../errors.js';
import type { Call } from '../call/call.js';
import { PROBLEM_TYPE } from '../problem.js';
import type { JsonSchema } from '../schema/json-schema.js';

/** What every problem document has. */
export const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'RFC 9457, with a code; docs/errors.md explains each.',
  properties: {
    type: { type: 'string', examples: ['urn:millrace:problem:bad-parameter'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was wanted, what came, and what to do.' },
    code: { type: 'string', enum: Object.keys(ERROR_KINDS) },
    parameter: { type: 'string', description: 'Of 400: the parameter that is meant.' },
    member: { type: 'string', description: 'Of 400: the member of the body that is meant.' },
    position: { type: 'integer', description: 'Of 400: where a selector is at fault, in characters from 1.' },
    metric_name: { type: 'string', description: 'Of 404: the metric that is not there.' },
    near: { type: 'array', items: { type: 'string' }, description: 'Of 404: names that may be meant.' },
    limit_bytes: { type: 'integer', description: 'Of 413: what a body may have.' },
    reason: { type: 'string', description: 'Of 400, 429 and 503: the reason as a word.' },
    retry_after_ms: { type: 'integer', description: 'Of 429 and 503: Retry-After in milliseconds.' },
  },
  required: ['type', 'title', 'status', 'detail', 'code'],
};

const TEXTS: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is bad; the answer names it.',
  401: 'A token is needed.',
  403: 'The token does not allow this.',
  404: 'There is no such metric or thing, or it has no data.',
  409: 'It is there already, or in a state that does not allow this.',
  413: 'The body is too large.',
  415: 'The body is of a type that this call does not take.',
  422: 'The query is too big; the answer says which limit and how to narrow it.',
  429: 'Too busy; try again after Retry-After.',
  503: 'Starting, stopping, unable to store, or out of time; try again after Retry-After.',
};

/** The problems that a call can answer with: those of every call, and its own. */
export function problemResponses({ access, problems, body, answer }: Call): Record<string, object> {
  const statuses = new Set([400, 503, ...problems]);
  if (!('contentType' in answer)) statuses.add(429);
  if (access !== 'read') for (const status of [401, 403]) statuses.add(status);
  if (body !== undefined) for (const status of [413, 415]) statuses.add(status);
  const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...statuses]
      .sort((a, b) => a - b)
      .map((status) => [
        status,
        {
          description: TEXTS[status] ?? 'A problem.',
          ...(status === 429 || status === 503
            ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } } }
            : {}),
          content,
        },
      ]),
  );
}
