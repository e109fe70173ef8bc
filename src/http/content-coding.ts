import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { errorText, MillraceError } from '../errors.js';

export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'br';

const CODINGS: Readonly<Record<string, ContentCoding>> = {
  '': 'identity',
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
};

/**
 * The coding of a body by its Content-Encoding; one at most.
 * @throws MillraceError 415
 */
export function contentCoding(header: string): ContentCoding {
  const coding = CODINGS[header.trim().toLowerCase()];
  if (coding !== undefined) return coding;
  throw new MillraceError(
    'MR_UNSUPPORTED_MEDIA_TYPE',
    `A body may have one Content-Encoding of gzip, deflate or br; got "${header}". Send it in one of these, or plain.`,
    { headers: { 'Accept-Encoding': 'gzip, deflate, br' } },
  );
}

const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const inflate = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const brotliDecompress = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

/** HTTP's deflate is the zlib format, but some clients send it without its two-byte header (RFC 9110 §8.4.1.2). */
function hasZlibHeader(body: Uint8Array): boolean {
  return body.length >= 2 && (body[0]! & 0x0f) === 8 && (body[0]! * 256 + body[1]!) % 31 === 0;
}

/**
 * Decodes a whole body on zlib's thread pool. Stops as soon as the output passes bytesMax, so that a body made
 * to swell costs no more than that.
 * @throws MillraceError 413, or 400 where the bytes aren't of that coding
 */
export async function decodeBody(
  body: Uint8Array,
  coding: Exclude<ContentCoding, 'identity'>,
  { bytesMax, isOrder = false }: CodedLimits,
): Promise<Uint8Array> {
  const options = { maxOutputLength: bytesMax };
  try {
    if (coding === 'gzip') return await gunzip(body, options);
    if (coding === 'br') return await brotliDecompress(body, options);
    return await (hasZlibHeader(body) ? inflate : inflateRaw)(body, options);
  } catch (error) {
    throw decodingFault(error, { coding, bytesMax, isOrder });
  }
}

/** The same for a body that is read as it comes. Raw deflate can't be told apart here, and isn't taken. */
export function createDecoder(coding: Exclude<ContentCoding, 'identity'>): Transform {
  if (coding === 'gzip') return zlib.createGunzip();
  return coding === 'br' ? zlib.createBrotliDecompress() : zlib.createInflate();
}

/** What a body may be. */
export interface CodedLimits {
  /** Bytes, before and after decoding. */
  bytesMax: number;
  /** Whether it says what is to be done, and holds no points. */
  isOrder?: boolean;
}

interface Decoding extends CodedLimits {
  coding: ContentCoding;
  /** What is already told of a stream: its part up to the fault is stored. */
  fields?: Readonly<Record<string, unknown>>;
}

/** The coded error of a body that is too large. */
export function tooLarge({ bytesMax, isOrder = false }: CodedLimits, came: string): MillraceError {
  const which = isOrder ? 'The body of this call' : 'A body';
  const limit = isOrder ? '' : ' (limits.bodyBytes)';
  const advice = isOrder ? 'Ask for less at once.' : 'Send smaller batches, or NDJSON, which has no limit.';
  return new MillraceError(
    'MR_BODY_TOO_LARGE',
    `${which} may have at most ${bytesMax} bytes${limit}, also after decoding; got ${came}. ${advice}`,
    { fields: { limit_bytes: bytesMax } },
  );
}

/** The coded error of a failed decoding. */
export function decodingFault(error: unknown, decoding: Decoding): MillraceError {
  const { coding, fields = {} } = decoding;
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    return tooLarge(decoding, 'more');
  }
  return new MillraceError(
    'MR_BAD_BODY',
    `The body should be ${coding}, as its Content-Encoding says, but can't be decoded: ${errorText(error)}. Send it whole, or without Content-Encoding.`,
    { fields },
  );
}
