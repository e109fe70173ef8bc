import { encode } from '@msgpack/msgpack';
import { assert } from '../../../native-free-core/assert.js';
import type { AnswerFormat, QueryAnswer, QueryRequest } from '../ports.js';
import { currentBody, latestBody, metricsBody, namesBody, rawBody, statsBody } from './bodies.js';
import { rawJson, rawNdjson } from './raw-text.js';
import type { QueryResult } from './results.js';

const encoder = new TextEncoder();

/** Writes a body in the format asked for. */
export function writeBody(body: object, format: AnswerFormat): Uint8Array {
  // The encoder works in memory of its own, so a copy is what may be sent away.
  return format === 'msgpack' ? encode(body).slice() : encoder.encode(JSON.stringify(body));
}

function bodyOf(request: QueryRequest, result: QueryResult): object {
  if (request.kind === 'names' && result.kind === 'names') return namesBody(result);
  if (request.kind === 'metrics' && result.kind === 'metrics') return metricsBody(result);
  if (request.kind === 'latest' && result.kind === 'latest') return latestBody(request, result);
  if (request.kind === 'raw' && result.kind === 'raw') return rawBody(request, result);
  if (request.kind === 'stats' && result.kind === 'stats') return statsBody(request, result);
  if (request.kind === 'current' && result.kind === 'current') return currentBody(request, result);
  assert(false, `a ${request.kind} request was answered with a ${result.kind} result`);
}

/**
 * Turns what a query found into the bytes of its answer. Meant to run on the query thread: writing 10,000 rows
 * takes milliseconds that the socket thread doesn't have. The body's buffer is its own and may be transferred.
 */
export function presentAnswer(request: QueryRequest, result: QueryResult): QueryAnswer {
  if (request.kind === 'raw' && result.kind === 'raw') {
    const { nextCursor } = result;
    const rows = result.timesMs.length;
    if (request.format === 'ndjson')
      return { status: 200, body: encoder.encode(rawNdjson(result)), nextCursor, rows };
    if (request.format === 'json')
      return { status: 200, body: encoder.encode(rawJson(request, result)), nextCursor, rows };
    return { status: 200, body: writeBody(rawBody(request, result), 'msgpack'), nextCursor, rows };
  }
  return {
    status: 200,
    body: writeBody(bodyOf(request, result), request.format),
    nextCursor: undefined,
    rows: 1,
  };
}
