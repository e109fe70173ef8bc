import { bitLength, trailingZeros } from './bits.js';
import { EXPONENT_MASK, HIGH_MANTISSA_BITS, HIGH_MANTISSA_MASK } from './column-layout.js';
import { sampleCount, sampleIndex } from './sample.js';
import { floats, floatWords, HIGH_WORD, LOW_WORD } from './scratch.js';

/** What one pass over the words of `floats` finds out. Overwritten by the next measurement. */
export const floatShape = {
  /** Values with the very bits of the value before. */
  repeats: 0,
  leastHigh: 0,
  greatestHigh: 0,
  leastExponent: 0,
  greatestExponent: 0,
  anyNegative: false,
  allNegative: false,
  /** Trailing bits that are zero in every low word (0..32), and in every mantissa (0..52). */
  lowTrailing: 0,
  mantissaTrailing: 0,
};

/** Copies `count` (>= 1) doubles to `floats` and measures them. The column may be `floats` itself, from 0 on. */
export function measureFloats(column: Float64Array, start: number, count: number): void {
  const words = floatWords;
  const copy = floats;
  copy[0] = column[start]!;
  let lastLow = ~words[LOW_WORD]! >>> 0;
  let lastHigh = 0;
  let repeats = 0;
  let leastHigh = 0xffffffff;
  let greatestHigh = 0;
  let leastMagnitude = 0x7fffffff;
  let greatestMagnitude = 0;
  let anyLow = 0;
  let anyHigh = 0;
  let allHigh = -1;
  for (let i = 0; i < count; i++) {
    copy[i] = column[start + i]!;
    const low = words[2 * i + LOW_WORD]!;
    const high = words[2 * i + HIGH_WORD]!;
    if (low === lastLow && high === lastHigh) repeats++;
    lastLow = low;
    lastHigh = high;
    if (high < leastHigh) leastHigh = high;
    if (high > greatestHigh) greatestHigh = high;
    const magnitude = high & 0x7fffffff;
    if (magnitude < leastMagnitude) leastMagnitude = magnitude;
    if (magnitude > greatestMagnitude) greatestMagnitude = magnitude;
    anyLow |= low;
    anyHigh |= high;
    allHigh &= high;
  }
  const shape = floatShape;
  shape.repeats = repeats;
  shape.leastHigh = leastHigh;
  shape.greatestHigh = greatestHigh;
  shape.leastExponent = leastMagnitude >>> HIGH_MANTISSA_BITS;
  shape.greatestExponent = greatestMagnitude >>> HIGH_MANTISSA_BITS;
  shape.anyNegative = anyHigh < 0;
  shape.allNegative = allHigh < 0;
  shape.lowTrailing = trailingZeros(anyLow);
  shape.mantissaTrailing =
    anyLow !== 0
      ? shape.lowTrailing
      : 32 + Math.min(HIGH_MANTISSA_BITS, trailingZeros(anyHigh & HIGH_MANTISSA_MASK));
}

/** Estimated bits a value of the high word, coded as its distance from the least one: an upper bound. */
export function estimateFlat(): number {
  return bitLength(floatShape.greatestHigh - floatShape.leastHigh);
}

/** Estimated bits a value of the high word, coded as the difference from the one before: a mean of logarithms, taken as
 * one logarithm of a product, which stays finite: (2^33)^16. */
export function estimateDelta(count: number): number {
  const samples = sampleCount(count - 1);
  if (samples < 1) return 0;
  let product = 1;
  for (let s = 0; s < samples; s++) {
    const i = 1 + sampleIndex(s, count - 1);
    const delta = (floatWords[2 * i + HIGH_WORD]! - floatWords[2 * i - 2 + HIGH_WORD]!) | 0;
    product *= 1 + 2 * Math.abs(delta);
  }
  return Math.log2(product) / samples;
}

/** Estimated bits a value of the exponent and sign, coded as the distance from the greatest exponent. */
export function estimateExponent(count: number): number {
  const samples = sampleCount(count);
  let product = 1;
  for (let s = 0; s < samples; s++) {
    const i = sampleIndex(s, count);
    const exponent = (floatWords[2 * i + HIGH_WORD]! >>> HIGH_MANTISSA_BITS) & EXPONENT_MASK;
    product *= 1 + floatShape.greatestExponent - exponent;
  }
  const mixed = floatShape.anyNegative && !floatShape.allNegative;
  return Math.log2(product) / samples + (mixed ? 1 : 0);
}
