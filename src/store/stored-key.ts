import { crc32c } from '../../native-free-core/codec/crc32c.js';

/**
 * A key lies in LMDB with two bytes behind it, a checksum of the key. A value's checksum can't tell that a flipped bit in
 * its key has made it the value of something else: a page of names would name other series. Being at the end they
 * change nothing in the order of keys, nor in ranges.
 */
export const KEY_CHECK_BYTES = 2;

/** A copy of a key as it is stored. */
export function storedKey(key: Uint8Array): Buffer {
  const stored = Buffer.allocUnsafe(key.length + KEY_CHECK_BYTES);
  stored.set(key);
  const check = crc32c(key, 0, key.length);
  stored[key.length] = check;
  stored[key.length + 1] = check >>> 8;
  return stored;
}

/** The key inside of a stored one, in the same memory. */
export function plainKey(stored: Uint8Array): Uint8Array {
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.length - KEY_CHECK_BYTES);
}

/** Whether the bytes [start, end) are a key with the checksum that it was stored with. */
export function isStoredKey(bytes: Uint8Array, start: number, end: number): boolean {
  const at = end - KEY_CHECK_BYTES;
  if (at <= start) return false;
  const check = crc32c(bytes, start, at);
  return bytes[at] === (check & 0xff) && bytes[at + 1] === ((check >>> 8) & 0xff);
}
