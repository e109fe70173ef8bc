import type { CursorReader } from '../msgpack/cursor-reader.js';
import { DecodeStatus } from '../msgpack/decode-failure.js';
import { decodeUtf8, isValidUtf8 } from '../utf8.js';

/** A field of a map that tells a session, by its key; answers whether it knew the key and has read the value. */
export type FieldReader = (key: string, reader: CursorReader) => boolean;

/** Bytes of a key that a version of this protocol could have; longer ones are passed over unread. */
const keyBytesMax = 64;

/** Reads a map of named fields. Keys that `readField` doesn't know are passed over: later versions add keys. */
export function readFields(reader: CursorReader, what: string, readField: FieldReader): void {
  const pairs = reader.readMapHeader(what);
  for (let i = 0; i < pairs && !reader.failed; i++) {
    reader.readStr(`a key of ${what}`);
    if (reader.failed) return;
    const known = reader.rangeEnd - reader.rangeStart <= keyBytesMax;
    const key = known ? decodeUtf8(reader.bytes, reader.rangeStart, reader.rangeEnd) : '';
    if (!readField(key, reader)) reader.skip(`the value of an unknown key of ${what}`);
  }
}

/** A string of `bytesMin` to `bytesMax` bytes; empty after a failure. Allocates: for sessions, not for points. */
export function readText(reader: CursorReader, what: string, bytesMin: number, bytesMax: number): string {
  const at = reader.position;
  if (!reader.readStr(what)) return '';
  const length = reader.rangeEnd - reader.rangeStart;
  if (length < bytesMin || length > bytesMax) {
    reader.fail(
      length > bytesMax ? DecodeStatus.overLimit : DecodeStatus.wrongShape,
      at,
      `expected ${what} of ${bytesMin} to ${bytesMax} bytes, got ${length} bytes`,
    );
    return '';
  }
  if (!isValidUtf8(reader.bytes, reader.rangeStart, reader.rangeEnd)) {
    reader.fail(DecodeStatus.wrongShape, at, `expected ${what} in UTF-8, got other bytes`);
    return '';
  }
  return decodeUtf8(reader.bytes, reader.rangeStart, reader.rangeEnd);
}

/** The same, but nil stands for absent. */
export function readOptionalText(
  reader: CursorReader,
  what: string,
  bytesMin: number,
  bytesMax: number,
): string | undefined {
  return reader.tryReadNil() ? undefined : readText(reader, what, bytesMin, bytesMax);
}
