import { decode } from '@msgpack/msgpack';
import { CursorReader } from '../../../protocol/msgpack/cursor-reader.js';

const reader = new CursorReader();

/**
 * One MessagePack value from a stranger. The library makes room for as many elements as an array or a map says that it has, before it
 * sees one: five bytes are enough to take gigabytes. So what is said is held against the bytes that are there first.
 * @throws Error that says what is wrong where
 */
export function decodeMessagePack(bytes: Uint8Array): unknown {
  reader.reset(bytes);
  const isWhole = reader.skip('a value');
  const { text } = reader.failure;
  reader.release();
  if (!isWhole) throw new Error(text);
  return decode(bytes);
}
