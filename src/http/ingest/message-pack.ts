import { decode } from '@msgpack/msgpack';
import { CursorReader, isValidUtf8, Kind } from '../../../protocol/index.js';

const reader = new CursorReader();

/**
 * One MessagePack value from a stranger. The library makes room for as many elements as an array or a map says that it has, before it
 * sees one: five bytes are enough to take gigabytes. So what is said is held against the bytes that are there first. And it makes a text
 * of any bytes, where those that are no UTF-8 are refused as in JSON.
 * @throws Error that says what is wrong where
 */
export function decodeMessagePack(bytes: Uint8Array): unknown {
  reader.reset(bytes);
  const isWhole = reader.skip('a value');
  const { text } = reader.failure;
  const badTextAt = isWhole ? findBadText(bytes) : -1;
  reader.release();
  if (!isWhole) throw new Error(text);
  if (badTextAt >= 0) throw new Error(`expected text in UTF-8 at byte ${badTextAt}, got other bytes`);
  return decode(bytes);
}

/** Where the first text stands that is no UTF-8, in bytes that hold one whole value; -1: nowhere. */
function findBadText(bytes: Uint8Array): number {
  reader.reset(bytes);
  for (let owed = 1; owed > 0; owed--) {
    const kind = reader.peekKind();
    if (kind === Kind.array) owed += reader.readArrayHeader('an array');
    else if (kind === Kind.map) owed += 2 * reader.readMapHeader('a map');
    else if (kind === Kind.str) {
      reader.readStr('a text');
      if (!isValidUtf8(bytes, reader.rangeStart, reader.rangeEnd)) return reader.rangeStart;
    } else reader.skip('a value');
  }
  return -1;
}
