/**
 * Bit streams, least significant bit first: bit b of a stream is bit (b & 7) of byte (b >>> 3) after its base.
 *
 * A position is a bit count relative to a base byte, so that it stays a small integer in any buffer. Writers own
 * everything from the position on: they keep the bits below it, and write no byte that holds none of theirs.
 * Readers take bits at or after `end` as zero; whether a stream was long enough is for the caller to check once.
 */

/** The four bytes at p as a little-endian word; those at or after `end` are zero. */
export function loadWord(bytes: Uint8Array, p: number, end: number): number {
  if (p + 4 <= end) return bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
  let word = 0;
  for (let shift = 0; p < end; p++, shift += 8) word |= bytes[p]! << shift;
  return word;
}

/** Stores a word as four little-endian bytes. */
export function storeWord(out: Uint8Array, p: number, word: number): void {
  out[p] = word;
  out[p + 1] = word >>> 8;
  out[p + 2] = word >>> 16;
  out[p + 3] = word >>> 24;
}

/** Writes the low `width` (0..32) bits of value; answers the new position. */
export function writeBits(out: Uint8Array, base: number, bit: number, value: number, width: number): number {
  let p = base + (bit >>> 3);
  const used = bit & 7;
  let rest = width === 32 ? value : value & ((1 << width) - 1);
  let left = width;
  if (used > 0 && width > 0) {
    out[p] = (out[p]! & ((1 << used) - 1)) | (rest << used);
    p++;
    rest >>>= 8 - used;
    left -= 8 - used;
  }
  for (; left > 0; left -= 8) {
    out[p++] = rest;
    rest >>>= 8;
  }
  return bit + width;
}

/** Reads `width` (0..32) bits at the position as an unsigned integer. */
export function readBits(bytes: Uint8Array, base: number, end: number, bit: number, width: number): number {
  if (width === 0) return 0;
  const p = base + (bit >>> 3);
  const skip = bit & 7;
  let word = loadWord(bytes, p, end) >>> skip;
  if (skip + width > 32 && p + 4 < end) word |= bytes[p + 4]! << (32 - skip);
  return width === 32 ? word >>> 0 : word & ((1 << width) - 1);
}

/** The length in bits of an unsigned 32-bit integer; 0 of 0. */
export function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

/** Zero bits below the lowest one bit; 32 of 0. */
export function trailingZeros(value: number): number {
  return value === 0 ? 32 : 31 - Math.clz32(value & -value);
}
