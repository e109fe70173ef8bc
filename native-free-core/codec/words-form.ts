import { loadWord, storeWord } from './bits.js';
import { FORM_WORDS_FLAT, WORDS_HEAD_BYTES } from './column-layout.js';
import { floatShape } from './float-shape.js';
import { planResiduals } from './residual-plan.js';
import { readResiduals } from './residual-read.js';
import { writeResiduals } from './residual-write.js';
import { floatWords, HIGH_WORD, residualLow, residuals } from './scratch.js';
import { readLowFields, writeLowFields } from './word-fields.js';

/**
 * Doubles as two columns of words: the high ones (sign, exponent, 20 bits of mantissa) as integers with a reference or
 * as differences, the low ones raw without the trailing zeros they share. What Gorilla (Pelkonen et al., VLDB 2015) and
 * Chimp (Liakos et al., VLDB 2022) find bit by bit with XOR and leading zeros, a narrow band or a slow drift, is
 * found here by the integer codec, 128 values at a time; differences carry where XOR flips many bits.
 */

/** Fills and plans the residuals of form WORDS_FLAT or WORDS_DELTA; answers the column's exact length in bits. */
export function planWords(form: number, count: number): number {
  residuals.wide = false;
  const fields = count * (32 - floatShape.lowTrailing);
  const stream = form === FORM_WORDS_FLAT ? planFlat(count) : planDelta(count);
  return 8 * (WORDS_HEAD_BYTES + ((stream + 7) >>> 3) + ((fields + 7) >>> 3));
}

function planFlat(count: number): number {
  const lows = residualLow;
  const words = floatWords;
  const least = floatShape.leastHigh;
  for (let i = 0; i < count; i++) lows[i] = words[2 * i + HIGH_WORD]! - least;
  return planResiduals(count);
}

function planDelta(count: number): number {
  const lows = residualLow;
  const words = floatWords;
  let last = words[HIGH_WORD]!;
  for (let i = 1; i < count; i++) {
    const high = words[2 * i + HIGH_WORD]!;
    const delta = (high - last) | 0;
    lows[i - 1] = (delta << 1) ^ (delta >> 31);
    last = high;
  }
  return planResiduals(count - 1);
}

/** Writes the column just planned; answers the offset after it. */
export function encodeWords(form: number, count: number, out: Uint8Array, offset: number): number {
  const flat = form === FORM_WORDS_FLAT;
  const trailing = floatShape.lowTrailing;
  out[offset] = form;
  out[offset + 1] = trailing;
  storeWord(out, offset + 2, flat ? floatShape.leastHigh : floatWords[HIGH_WORD]!);
  const p = writeResiduals(flat ? count : count - 1, out, offset + WORDS_HEAD_BYTES);
  return p + ((writeLowFields(count, trailing, out, p) + 7) >>> 3);
}

/** Reads a column whose form byte is at `offset` into `floats`; answers the offset after it, or -1. */
export function decodeWords(bytes: Uint8Array, offset: number, end: number, count: number): number {
  const lows = residualLow;
  const words = floatWords;
  if (offset + WORDS_HEAD_BYTES > end) return -1;
  const flat = bytes[offset] === FORM_WORDS_FLAT;
  const trailing = bytes[offset + 1]!;
  const reference = loadWord(bytes, offset + 2, end) >>> 0;
  if (trailing > 32) return -1;
  const p = readResiduals(bytes, offset + WORDS_HEAD_BYTES, end, flat ? count : count - 1);
  if (p < 0) return -1;
  const after = p + ((count * (32 - trailing) + 7) >>> 3);
  if (after > end) return -1;
  if (flat) for (let i = 0; i < count; i++) words[2 * i + HIGH_WORD] = reference + lows[i]!;
  else addDeltas(reference, count);
  readLowFields(count, trailing, bytes, p, end);
  return after;
}

function addDeltas(reference: number, count: number): void {
  const lows = residualLow;
  const words = floatWords;
  let high = reference | 0;
  words[HIGH_WORD] = high;
  for (let i = 1; i < count; i++) {
    const u = lows[i - 1]!;
    high = (high + ((u >>> 1) ^ -(u & 1))) | 0;
    words[2 * i + HIGH_WORD] = high;
  }
}
