import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { CODED_ANSWER_BYTES_MIN } from './limits.js';

/** How an answer's bytes are encoded for the way. */
export type AnswerCoding = 'br' | 'gzip';

/** In the order of preference among those that a client takes equally: of JSON, br at this level is smaller and quicker. */
const CODINGS: readonly AnswerCoding[] = ['br', 'gzip'];

/**
 * Low levels: 600 and 300 MB of JSON a second, to a tenth and an eighth of its size. Higher ones take three times as long for
 * a few per cent.
 */
export const BROTLI_QUALITY = 1;
export const GZIP_LEVEL = 3;

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

/** The bytes in a coding; undefined where it isn't worth it. Takes milliseconds a megabyte: not for the socket thread. */
export function encodeAnswer(body: Uint8Array, coding: AnswerCoding): Uint8Array | undefined {
  if (body.length < CODED_ANSWER_BYTES_MIN) return undefined;
  const encoded =
    coding === 'br'
      ? brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
      : gzipSync(body, { level: GZIP_LEVEL });
  return encoded.length < body.length ? encoded : undefined;
}
