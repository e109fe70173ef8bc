import {
  EXPONENT_MASK,
  FORM_SPLIT,
  HIGH_MANTISSA_BITS,
  MANTISSA_BITS,
  SIGNS_BOTH,
  SIGNS_NEGATIVE,
  SIGNS_POSITIVE,
  SIGNS_SHIFT,
  SPLIT_HEAD_BYTES,
  TRAILING_MASK,
} from './column-layout.js';
import { floatShape } from './float-shape.js';
import { planResiduals } from './residual-plan.js';
import { readResiduals } from './residual-read.js';
import { writeResiduals } from './residual-write.js';
import { floatWords, HIGH_WORD, residualLow, residuals } from './scratch.js';
import { readHighFields, readLowFields, writeHighFields, writeLowFields } from './word-fields.js';

/**
 * Doubles split after the exponent, for values of many magnitudes and both signs. The left part is skewed: exponents
 * crowd below the greatest one, so their distance from it is Rice coded. The mantissas are noise and stay raw, without
 * the trailing zeros they share (float32-born ones share 29). After ALP-RD (Afroozeh, Kuffo and Boncz, SIGMOD 2023),
 * with Rice codes where that has a dictionary: nothing to store, and no limit on the number of exponents.
 */

/** Fills and plans the residuals; answers the column's exact length in bits. */
export function planSplit(count: number): number {
  const lows = residualLow;
  const words = floatWords;
  residuals.wide = false;
  const greatest = floatShape.greatestExponent;
  const signs = signsOf();
  for (let i = 0; i < count; i++) {
    const left = words[2 * i + HIGH_WORD]! >>> HIGH_MANTISSA_BITS;
    const distance = greatest - (left & EXPONENT_MASK);
    lows[i] = signs === SIGNS_BOTH ? (distance << 1) | (left >>> 11) : distance;
  }
  const stream = planResiduals(count);
  const fields = count * (MANTISSA_BITS - floatShape.mantissaTrailing);
  return 8 * (SPLIT_HEAD_BYTES + ((stream + 7) >>> 3) + ((fields + 7) >>> 3));
}

function signsOf(): number {
  if (floatShape.allNegative) return SIGNS_NEGATIVE;
  return floatShape.anyNegative ? SIGNS_BOTH : SIGNS_POSITIVE;
}

/** Writes the column just planned; answers the offset after it. */
export function encodeSplit(count: number, out: Uint8Array, offset: number): number {
  const trailing = floatShape.mantissaTrailing;
  out[offset] = FORM_SPLIT;
  out[offset + 1] = trailing | (signsOf() << SIGNS_SHIFT);
  out[offset + 2] = floatShape.greatestExponent;
  out[offset + 3] = floatShape.greatestExponent >>> 8;
  const p = writeResiduals(count, out, offset + SPLIT_HEAD_BYTES);
  const cut = Math.max(0, trailing - 32);
  let bit = writeLowFields(count, trailing, out, p);
  bit = writeHighFields(count, cut, HIGH_MANTISSA_BITS - cut, out, p, bit);
  return p + ((bit + 7) >>> 3);
}

/** Reads a column whose form byte is at `offset` into `floats`; answers the offset after it, or -1. */
export function decodeSplit(bytes: Uint8Array, offset: number, end: number, count: number): number {
  if (offset + SPLIT_HEAD_BYTES > end) return -1;
  const trailing = bytes[offset + 1]! & TRAILING_MASK;
  const signs = bytes[offset + 1]! >>> SIGNS_SHIFT;
  const greatest = bytes[offset + 2]! | (bytes[offset + 3]! << 8);
  if (trailing > MANTISSA_BITS || signs > SIGNS_BOTH || greatest > EXPONENT_MASK) return -1;
  const p = readResiduals(bytes, offset + SPLIT_HEAD_BYTES, end, count);
  if (p < 0) return -1;
  const after = p + ((count * (MANTISSA_BITS - trailing) + 7) >>> 3);
  if (after > end) return -1;
  const cut = Math.max(0, trailing - 32);
  const bit = readLowFields(count, trailing, bytes, p, end);
  readHighFields(count, cut, HIGH_MANTISSA_BITS - cut, bytes, p, end, bit);
  addExponents(count, greatest, signs);
  return after;
}

/** Puts sign and exponent, from the residuals, above the mantissas. */
function addExponents(count: number, greatest: number, signs: number): void {
  const lows = residualLow;
  const words = floatWords;
  const shift = signs === SIGNS_BOTH ? 1 : 0;
  const fixedSign = signs === SIGNS_NEGATIVE ? 0x80000000 : 0;
  for (let i = 0; i < count; i++) {
    const u = lows[i]!;
    const exponent = (greatest - (u >>> shift)) & EXPONENT_MASK;
    const sign = fixedSign | ((u & shift) << 31);
    words[2 * i + HIGH_WORD]! |= sign | (exponent << HIGH_MANTISSA_BITS);
  }
}
