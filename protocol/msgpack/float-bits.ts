import { assert } from '../assert.js';

/**
 * Numbers to bytes and back through one word of scratch memory, because a DataView over a message would be an
 * allocation a frame. Each thread has its own copy of this module, and nothing here is kept between two calls.
 */
const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
const single = new Float32Array(words.buffer);
const scratchBytes = new Uint8Array(words.buffer);

words[0] = 1;
assert(
  scratchBytes[0] === 1,
  'columns are copied as they lie in memory, which needs a little-endian machine',
);

/** The four bytes at `offset`, big-endian, as an unsigned number. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  // >>> 0 because | makes a signed number.
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** The eight bytes at `offset`, big-endian, as a double. */
export function readFloat64(bytes: Uint8Array, offset: number): number {
  words[1] = readUint32(bytes, offset);
  words[0] = readUint32(bytes, offset + 4);
  return double[0]!;
}

/** The four bytes at `offset`, big-endian, as a single-precision number. */
export function readFloat32(bytes: Uint8Array, offset: number): number {
  words[0] = readUint32(bytes, offset);
  return single[0]!;
}

export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

export function writeFloat64(bytes: Uint8Array, offset: number, value: number): void {
  double[0] = value;
  const low = words[0]!;
  writeUint32(bytes, offset, words[1]!);
  writeUint32(bytes, offset + 4, low);
}
