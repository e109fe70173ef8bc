import { encode } from '@msgpack/msgpack';
import { assert } from '../../../native-free-core/assert.js';
import { encodeAnswer } from '../answer-coding.js';
import { ANSWER_BYTES_MAX } from '../limits.js';
import type { AnswerFormat, QueryAnswer, QueryRequest } from '../ports.js';
import { answerTooBig } from './answer-too-big.js';
import { writeCsv, writeLines } from './csv.js';
import { JsonBytes } from './json-bytes.js';
import { isLong, withMember, writeLongBody } from './long-body.js';
import { type Look, noLook } from './look.js';
import type { Presenter } from './presenter.js';

const encoder = new TextEncoder();

// Scratch of this thread; nothing of it outlives a call.
const written = new JsonBytes();

/** Writes an object as JSON or MessagePack. */
export function writeBody(body: object, format: 'json' | 'msgpack'): Uint8Array {
  // The encoder works in memory of its own, so a copy is what may be sent away.
  return format === 'msgpack' ? encode(body).slice() : encoder.encode(JSON.stringify(body));
}

/** What goes with the writing of an answer. */
export interface WayOfWriting {
  /** Tells what the query cost; called when the rest is written. Tables have no place for it. */
  trace?: (() => object) | undefined;
  /** Called every few ms; what it throws ends the writing. */
  look?: Look;
}

/**
 * Turns what a query found into the bytes of its answer. Meant to run on the query thread: writing 10,000 rows
 * takes milliseconds that the socket thread doesn't have. The body's buffer is its own and may be transferred.
 * @throws MillraceError MR_QUERY_TOO_BIG; what `look` does
 */
// Four arguments: what is asked and found, and how it is written.
export function presentAnswer<R extends QueryRequest, T>(
  presenter: Presenter<R, T>,
  request: R,
  result: T,
  { trace, look = noLook }: WayOfWriting = {},
): QueryAnswer {
  const page = presenter.page?.(result) ?? { rows: 1, nextCursor: undefined };
  const body = bodyOf(presenter, request, result, look);
  const whole = trace === undefined ? body : withTrace(body, request.format, trace());
  const { coding, format } = request;
  const isText = format !== 'msgpack' && format !== 'columns_msgpack';
  const encoded = coding === undefined ? undefined : encodeAnswer(whole, coding, isText, look);
  return { body: encoded ?? whole, coding: encoded === undefined ? undefined : coding, ...page };
}

/** Adds a member to an object that is already written, because the last thing to be told is how long the writing took. */
function withTrace(body: Uint8Array, format: AnswerFormat, trace: object): Uint8Array {
  if (format === 'msgpack' || format === 'columns_msgpack') {
    return withMember(body, 'trace', trace);
  }
  if (format !== 'json' && format !== 'columns') return body;
  const member = encoder.encode(`,"trace":${JSON.stringify(trace)}}`);
  const whole = new Uint8Array(body.length - 1 + member.length);
  whole.set(body.subarray(0, body.length - 1));
  whole.set(member, body.length - 1);
  return whole;
}

/** @throws MillraceError MR_QUERY_TOO_BIG where it is longer than an answer, or than a string, may be */
// Four arguments: as above.
function bodyOf<R extends QueryRequest, T>(
  presenter: Presenter<R, T>,
  request: R,
  result: T,
  look: Look,
): Uint8Array {
  try {
    const body = bytesOf(presenter, request, result, look);
    if (body.length > ANSWER_BYTES_MAX) throw answerTooBig();
    return body;
  } catch (error) {
    // What was written of it, perhaps half of the longest answer, is in nobody's way.
    written.clear();
    // What V8 throws for strings and buffers beyond their longest.
    if (error instanceof RangeError) throw answerTooBig();
    throw error;
  }
}

// Four arguments: as above.
function bytesOf<R extends QueryRequest, T>(
  presenter: Presenter<R, T>,
  request: R,
  result: T,
  look: Look,
): Uint8Array {
  const { format } = request;
  const write = presenter.writers?.[format];
  written.clear(look);
  if (write !== undefined) {
    write(request, result, written);
    return written.take();
  }
  if (format === 'json' || format === 'msgpack') {
    return objectBytes(presenter.body(request, result, look), format, look);
  }
  if (format === 'columns' || format === 'columns_msgpack') {
    assert(presenter.columns !== undefined, `a ${request.kind} answer has no columns`);
    const columns = presenter.columns(request, result, look);
    return objectBytes(columns, format === 'columns' ? 'json' : 'msgpack', look);
  }
  assert(presenter.table !== undefined, `a ${request.kind} answer is no table`);
  const table = presenter.table(request, result, look);
  if (format === 'csv') writeCsv(table, written);
  else writeLines(table.rows, written, (row) => `${JSON.stringify(row)}\n`);
  return written.take();
}

function objectBytes(body: object, format: 'json' | 'msgpack', look: Look): Uint8Array {
  if (look === noLook || !isLong(body)) return writeBody(body, format);
  writeLongBody(body, format, written);
  return written.take();
}
