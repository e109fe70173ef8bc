import { packBits, unpackBits } from './bit-pack.js';
import { loadWord, storeWord } from './bits.js';
import { floatWords, HIGH_WORD, LOW_WORD } from './scratch.js';

/** The raw part of the float forms: fields of fixed width cut out of the words of `floats`. */

/** Writes low(i) >>> trailing, in 32 - trailing bits each, from a whole byte on; answers the new bit position. */
export function writeLowFields(count: number, trailing: number, out: Uint8Array, base: number): number {
  if (trailing > 0)
    return packBits(floatWords, LOW_WORD, 2, trailing & 31, count, Math.max(0, 32 - trailing), out, base, 0);
  const words = floatWords;
  for (let i = 0, p = base; i < count; i++, p += 4) storeWord(out, p, words[2 * i + LOW_WORD]!);
  return 32 * count;
}

/** Fills the low words; answers the new bit position. The caller has checked that the stream is long enough. */
export function readLowFields(
  count: number,
  trailing: number,
  bytes: Uint8Array,
  base: number,
  end: number,
): number {
  const width = Math.max(0, 32 - trailing);
  if (trailing > 0)
    return unpackBits(bytes, base, end, 0, count, width, floatWords, LOW_WORD, 2, trailing & 31);
  const words = floatWords;
  for (let i = 0, p = base; i < count; i++, p += 4) words[2 * i + LOW_WORD] = loadWord(bytes, p, end);
  return 32 * count;
}

/** Writes bits [trailing, trailing + width) of the high words; answers the new bit position. */
export function writeHighFields(
  count: number,
  trailing: number,
  width: number,
  out: Uint8Array,
  base: number,
  bit: number,
): number {
  return packBits(floatWords, HIGH_WORD, 2, trailing, count, width, out, base, bit);
}

/** Fills those bits of the high words and clears the others; answers the new bit position. */
export function readHighFields(
  count: number,
  trailing: number,
  width: number,
  bytes: Uint8Array,
  base: number,
  end: number,
  bit: number,
): number {
  return unpackBits(bytes, base, end, bit, count, width, floatWords, HIGH_WORD, 2, trailing);
}
