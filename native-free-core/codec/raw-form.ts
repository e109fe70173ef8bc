import { loadWord, storeWord } from './bits.js';
import { FORM_RAW, FORM_SAME } from './column-layout.js';
import { floatWords, HIGH_WORD, LOW_WORD } from './scratch.js';

/** Writes the double at index i of `floats`, whatever its bits; answers the offset after it. */
function writeDouble(i: number, out: Uint8Array, offset: number): number {
  storeWord(out, offset, floatWords[2 * i + LOW_WORD]!);
  storeWord(out, offset + 4, floatWords[2 * i + HIGH_WORD]!);
  return offset + 8;
}

function readDouble(i: number, bytes: Uint8Array, offset: number, end: number): void {
  floatWords[2 * i + LOW_WORD] = loadWord(bytes, offset, end);
  floatWords[2 * i + HIGH_WORD] = loadWord(bytes, offset + 4, end);
}

/** RAW: the bound that no column exceeds. */
export function encodeRaw(count: number, out: Uint8Array, offset: number): number {
  out[offset] = FORM_RAW;
  let p = offset + 1;
  for (let i = 0; i < count; i++) p = writeDouble(i, out, p);
  return p;
}

export function decodeRaw(bytes: Uint8Array, offset: number, end: number, count: number): number {
  if (offset + 8 * count > end) return -1;
  for (let i = 0; i < count; i++) readDouble(i, bytes, offset + 8 * i, end);
  return offset + 8 * count;
}

/** SAME: one bit pattern throughout. */
export function encodeSame(out: Uint8Array, offset: number): number {
  out[offset] = FORM_SAME;
  return writeDouble(0, out, offset + 1);
}

export function decodeSame(bytes: Uint8Array, offset: number, end: number, count: number): number {
  const words = floatWords;
  if (offset + 8 > end) return -1;
  readDouble(0, bytes, offset, end);
  const low = words[LOW_WORD]!;
  const high = words[HIGH_WORD]!;
  for (let i = 1; i < count; i++) {
    words[2 * i + LOW_WORD] = low;
    words[2 * i + HIGH_WORD] = high;
  }
  return offset + 8;
}
