import { loadWord, storeWord } from './bits.js';

/**
 * Writes bits [shift, shift + width) of `count` values, width 0..32: values[start], values[start + stride], ...
 * Answers the new bit position. Primitives instead of an options object: this runs once per 128 values.
 */
export function packBits(
  values: Uint32Array,
  start: number,
  stride: number,
  shift: number,
  count: number,
  width: number,
  out: Uint8Array,
  base: number,
  bit: number,
): number {
  if (width === 0) return bit;
  const mask = width === 32 ? -1 : (1 << width) - 1;
  const stop = start + count * stride;
  let p = base + (bit >>> 3);
  let used = bit & 7;
  let word = used === 0 ? 0 : out[p]! & ((1 << used) - 1);
  for (let i = start; i < stop; i += stride) {
    const value = (values[i]! >>> shift) & mask;
    word |= value << used;
    used += width;
    if (used >= 32) {
      storeWord(out, p, word);
      p += 4;
      used -= 32;
      // A shift by 32 is a shift by 0 in JavaScript, so the empty remainder is spelt out.
      word = used === 0 ? 0 : value >>> (width - used);
    }
  }
  for (; used > 0; used -= 8) {
    out[p++] = word;
    word >>>= 8;
  }
  return bit + count * width;
}

/**
 * Reads `count` fields of `width` (0..32) bits, shifts them left and assigns them to out[outStart], out[outStart + stride],
 * ... Answers the new bit position. The caller has checked that the stream holds them.
 */
export function unpackBits(
  bytes: Uint8Array,
  base: number,
  end: number,
  bit: number,
  count: number,
  width: number,
  out: Uint32Array,
  outStart: number,
  stride: number,
  shift: number,
): number {
  const stop = outStart + count * stride;
  if (width === 0) {
    for (let i = outStart; i < stop; i += stride) out[i] = 0;
    return bit;
  }
  const mask = width === 32 ? -1 : (1 << width) - 1;
  const skip = bit & 7;
  let p = base + (bit >>> 3);
  let word = loadWord(bytes, p, end) >>> skip;
  let left = 32 - skip;
  p += 4;
  for (let i = outStart; i < stop; i += stride) {
    if (left >= width) {
      out[i] = (word & mask) << shift;
      word = width === 32 ? 0 : word >>> width;
      left -= width;
    } else {
      const next = loadWord(bytes, p, end);
      p += 4;
      out[i] = ((word | (next << left)) & mask) << shift;
      const taken = width - left;
      word = taken === 32 ? 0 : next >>> taken;
      left = 32 - taken;
    }
  }
  return bit + count * width;
}
