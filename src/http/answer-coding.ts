import { brotliCompressSync, constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { BROTLI_ANSWER_BYTES_MAX, CODED_ANSWER_BYTES_MIN, CODED_AT_ONCE } from './limits.js';
import { type Look, noLook } from './present/look.js';

/** How an answer's bytes are encoded for the way. */
export type AnswerCoding = 'br' | 'gzip';

/** In the order of preference among those that a client takes equally: br as used here is never larger, and seldom slower. */
const CODINGS: readonly AnswerCoding[] = ['br', 'gzip'];

/** Bits of Brotli's window: 256 KiB. Rows are like those shortly before, and a larger one makes most answers larger and all slower. */
export const BROTLI_WINDOW_BITS = 18;

/** Streams are encoded on threads of zlib's, so that nobody waits for them but their client. */
export const STREAM_LEVELS = { br: 2, gzip: 3 } as const;

/**
 * Levels by the size of an answer, the query thread being held meanwhile (bench/micro/src/http/answer-coding.bench.ts has size and speed of
 * each). A few rows have little to repeat and take no time. gzip 4 looks for a longer match before it takes one: smaller than gzip 3 by 1 % (a page of
 * raw points) to a sixth (columns of whole numbers) and about as quick, of columns of means quicker. Of megabytes gzip 2 is 0 to 8 % smaller than gzip 1 and
 * mostly as quick, where gzip 3 takes half as long again; br 1 takes two thirds of the time of br 2. Brotli's
 * lowest is larger than gzip for short texts and for MessagePack, whose numbers it finds nothing in.
 */
const SHORT_BYTES_MAX = 16 * 1024;
const LONG_BYTES_MIN = 256 * 1024;

function brotliQuality(bytes: number, isText: boolean): number {
  if (bytes <= SHORT_BYTES_MAX) return 3;
  return bytes >= LONG_BYTES_MIN && isText ? 1 : 2;
}

const gzipLevel = (bytes: number): number => (bytes >= LONG_BYTES_MIN ? 2 : 4);

/** What begins a gzip stream: deflate, without a name, a time or a system. */
const GZIP_HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** The coding of the highest weight by the Accept-Encoding header; undefined: as it is. */
export function chooseCoding(acceptEncoding: string): AnswerCoding | undefined {
  const weights = new Map<string, number>();
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [name, ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.map((text) => /^q\s*=\s*([\d.]+)$/.exec(text)?.[1]).find((text) => text);
    if (name !== undefined && name !== '') weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  let best: AnswerCoding | undefined;
  // A client that names identity with a weight prefers it to codings of a lower one.
  let bestWeight = 0;
  const plain = weights.get('identity') ?? 0;
  for (const coding of CODINGS) {
    const weight = weights.get(coding) ?? weights.get('*') ?? 0;
    if (weight > bestWeight && weight >= plain) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

/**
 * The bytes in a coding; undefined where it isn't worth it, or would take too long. Takes milliseconds a megabyte: not for the socket thread.
 * @throws what `look` does, which is called between some megabytes and the next
 */
// Four arguments: what is encoded and how, and who looks.
export function encodeAnswer(
  body: Uint8Array,
  coding: AnswerCoding,
  isText: boolean,
  look: Look = noLook,
): Uint8Array | undefined {
  if (body.length < CODED_ANSWER_BYTES_MIN) return undefined;
  if (coding === 'br' && body.length > BROTLI_ANSWER_BYTES_MAX) return undefined;
  look();
  const encoded = coding === 'br' ? brotli(body, isText) : gzip(body, look);
  return encoded.length < body.length ? encoded : undefined;
}

/** A long body is one stream of blocks that know nothing of each other, ended by what the format has behind it (RFC 1952): its checksum and its length. */
function gzip(body: Uint8Array, look: Look): Uint8Array {
  const level = gzipLevel(body.length);
  if (body.length <= CODED_AT_ONCE) return gzipSync(body, { level });
  const parts: Uint8Array[] = [GZIP_HEAD];
  let sum = 0;
  for (let from = 0; from < body.length; from += CODED_AT_ONCE) {
    look();
    const part = body.subarray(from, from + CODED_AT_ONCE);
    const isLast = from + CODED_AT_ONCE >= body.length;
    sum = crc32(part, sum);
    parts.push(
      deflateRawSync(part, { level, finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH }),
    );
  }
  parts.push(new Uint8Array(Uint32Array.of(sum, body.length).buffer));
  return Buffer.concat(parts);
}

function brotli(body: Uint8Array, isText: boolean): Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: brotliQuality(body.length, isText),
    [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  return brotliCompressSync(body, { params });
}
