import { decode, encode } from '@msgpack/msgpack';
import { assert } from '../../../native-free-core/assert.js';
import { encodeAnswer } from '../answer-coding.js';
import { ANSWER_BYTES_MAX } from '../limits.js';
import type { AnswerFormat, QueryAnswer, QueryRequest } from '../ports.js';
import { answerTooBig } from './answer-too-big.js';
import { csvText } from './csv.js';
import { JsonBytes } from './json-bytes.js';
import type { Presenter } from './presenter.js';

const encoder = new TextEncoder();

// Scratch of this thread; nothing of it outlives a call.
const written = new JsonBytes();

/** Writes an object as JSON or MessagePack. */
export function writeBody(body: object, format: 'json' | 'msgpack'): Uint8Array {
  // The encoder works in memory of its own, so a copy is what may be sent away.
  return format === 'msgpack' ? encode(body).slice() : encoder.encode(JSON.stringify(body));
}

/**
 * Turns what a query found into the bytes of its answer. Meant to run on the query thread: writing 10,000 rows
 * takes milliseconds that the socket thread doesn't have. The body's buffer is its own and may be transferred. `trace`
 * tells what the query cost, and is called when the rest is written; tables have no place for it.
 */
export function presentAnswer<R extends QueryRequest, T>(
  presenter: Presenter<R, T>,
  request: R,
  result: T,
  trace?: () => object,
): QueryAnswer {
  const page = presenter.page?.(result) ?? { rows: 1, nextCursor: undefined };
  const body = bodyOf(presenter, request, result);
  const whole = trace === undefined ? body : withTrace(body, request.format, trace());
  const { coding, format } = request;
  const isText = format !== 'msgpack' && format !== 'columns_msgpack';
  const encoded = coding === undefined ? undefined : encodeAnswer(whole, coding, isText);
  return { body: encoded ?? whole, coding: encoded === undefined ? undefined : coding, ...page };
}

/** Adds a member to an object that is already written, because the last thing to be told is how long the writing took. */
function withTrace(body: Uint8Array, format: AnswerFormat, trace: object): Uint8Array {
  if (format === 'msgpack' || format === 'columns_msgpack') {
    return encode({ ...(decode(body) as object), trace }).slice();
  }
  if (format !== 'json' && format !== 'columns') return body;
  const member = encoder.encode(`,"trace":${JSON.stringify(trace)}}`);
  const whole = new Uint8Array(body.length - 1 + member.length);
  whole.set(body.subarray(0, body.length - 1));
  whole.set(member, body.length - 1);
  return whole;
}

/** @throws MillraceError MR_QUERY_TOO_BIG where it is longer than an answer, or than a string, may be */
function bodyOf<R extends QueryRequest, T>(presenter: Presenter<R, T>, request: R, result: T): Uint8Array {
  try {
    const body = bytesOf(presenter, request, result);
    if (body.length > ANSWER_BYTES_MAX) throw answerTooBig();
    return body;
  } catch (error) {
    // What V8 throws for strings and buffers beyond their longest.
    if (error instanceof RangeError) throw answerTooBig();
    throw error;
  }
}

function bytesOf<R extends QueryRequest, T>(presenter: Presenter<R, T>, request: R, result: T): Uint8Array {
  const { format } = request;
  const write = presenter.writers?.[format];
  if (write !== undefined) {
    written.clear();
    write(request, result, written);
    return written.take();
  }
  if (format === 'json' || format === 'msgpack') return writeBody(presenter.body(request, result), format);
  if (format === 'columns' || format === 'columns_msgpack') {
    assert(presenter.columns !== undefined, `a ${request.kind} answer has no columns`);
    return writeBody(presenter.columns(request, result), format === 'columns' ? 'json' : 'msgpack');
  }
  assert(presenter.table !== undefined, `a ${request.kind} answer is no table`);
  const table = presenter.table(request, result);
  if (format === 'csv') return encoder.encode(csvText(table));
  return encoder.encode(table.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
