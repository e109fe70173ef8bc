import type { Call } from '../edge.js';
import { RAW_LIMIT_DEFAULT, RAW_LIMIT_MAX, RAW_PAGE_POINTS } from '../limits.js';
import { ANSWER_TYPES, answerFormat } from '../media-types.js';
import type { RawRequest } from '../ports.js';
import {
  RANGE_PARAMETERS,
  readCursor,
  readInteger,
  readMetric,
  readRange,
  readSelectors,
  SELECTOR_PARAMETERS,
} from '../read-parameters.js';
import { answerQuery, runQuery } from './query-call.js';

/** GET /query/raw: a page as JSON or MessagePack, everything as NDJSON. */
export async function raw(call: Call): Promise<void> {
  const { exchange, parameters } = call;
  parameters.refuseOthers([
    'metric_name',
    'metric',
    ...RANGE_PARAMETERS,
    ...SELECTOR_PARAMETERS,
    'limit',
    'cursor',
  ]);
  const format = answerFormat(exchange.accept, ['json', 'msgpack', 'ndjson']);
  const isStream = format === 'ndjson';
  const limit = readInteger(parameters, 'limit', {
    min: 1,
    max: isStream ? Number.MAX_SAFE_INTEGER : RAW_LIMIT_MAX,
    default: isStream ? Number.MAX_SAFE_INTEGER : RAW_LIMIT_DEFAULT,
  });
  const request: RawRequest = {
    kind: 'raw',
    format,
    ...readMetric(parameters, readSelectors(parameters)),
    ...readRange(parameters, call.edge.clock.nowMs()),
    limit,
    cursor: readCursor(parameters),
  };
  return isStream && exchange.method === 'GET'
    ? streamRows(call, request)
    : answerQuery(call, pageOf(request, limit));
}

const pageOf = (request: RawRequest, left: number): RawRequest => ({
  ...request,
  limit: Math.min(left, request.format === 'ndjson' ? RAW_PAGE_POINTS : RAW_LIMIT_MAX),
});

/**
 * Pages through the query port. The first page is fetched before the status goes out, so that an unknown
 * metric is still a 404; the client's own pace decides when the next one is asked for.
 */
async function streamRows(call: Call, request: RawRequest): Promise<void> {
  const { exchange } = call;
  let left = request.limit;
  let page = await runQuery(call, pageOf(request, left));
  exchange.startStream(200, ANSWER_TYPES.ndjson);
  for (;;) {
    await exchange.write(page.body);
    left -= page.rows;
    if (page.nextCursor === undefined || left <= 0 || exchange.isAborted) break;
    page = await runQuery(call, pageOf({ ...request, cursor: page.nextCursor }, left));
  }
  exchange.endStream(200);
}
