import { errorText, MillraceError } from '../../errors.js';
import type { BodyFormat } from '../media-types.js';
import { decodeMessagePack } from './message-pack.js';

// Without ignoreBOM, a byte order mark at the start is skipped, as most editors of Windows write one.
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A whole body as a value.
 * @throws MillraceError 400 saying what is wrong where
 */
export function readValue(body: Uint8Array, format: Exclude<BodyFormat, 'ndjson'>): unknown {
  if (format === 'msgpack') {
    try {
      return decodeMessagePack(body);
    } catch (error) {
      throw badBody(`one MessagePack value, as its Content-Type says; the decoder says: ${errorText(error)}`);
    }
  }
  return readJson(body);
}

/**
 * @param fault makes the error of what was wanted
 * @throws MillraceError 400
 */
export function readJson(bytes: Uint8Array, fault: (wanted: string) => MillraceError = badBody): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw fault('JSON in UTF-8; these bytes are not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault(text.trim() === '' ? 'JSON; it is empty' : `JSON; the parser says: ${errorText(error)}`);
  }
}

export function badBody(wanted: string, fields: Readonly<Record<string, unknown>> = {}): MillraceError {
  return new MillraceError('MR_BAD_BODY', `The body must be ${wanted}.`, { fields });
}
