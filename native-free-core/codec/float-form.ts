import {
  FORM_RAW,
  FORM_SAME,
  FORM_SPLIT,
  FORM_WORDS_DELTA,
  FORM_WORDS_FLAT,
  MANTISSA_BITS,
} from './column-layout.js';
import { estimateDelta, estimateExponent, estimateFlat, floatShape, measureFloats } from './float-shape.js';
import { decodeRaw, decodeSame, encodeRaw, encodeSame } from './raw-form.js';
import { decodeSplit, encodeSplit, planSplit } from './split-form.js';
import { decodeWords, encodeWords, planWords } from './words-form.js';

/**
 * How far the mean of the logarithms of differences lies below the bits that they take: about 2.1 for a triangular
 * distribution, 2.3 for a geometric one. The other estimate, a range, is what packing takes.
 */
const LOGARITHM_BITS = 2;

/** The exact cost decides between the forms whose estimates lie within so many bits a value. */
const MARGIN_BITS = 1;

/** The form chosen for the doubles in `floats`. Overwritten by the next plan. */
export const floatPlan = { form: FORM_RAW };

/**
 * Copies the `count` (>= 1) doubles column[start...] to `floats`, unless that is where they are, and chooses a form for them.
 * Answers the column's exact length in bits.
 */
export function planFloats(column: Float64Array, start: number, count: number): number {
  measureFloats(column, start, count);
  if (floatShape.repeats === count - 1) {
    floatPlan.form = FORM_SAME;
    return 72;
  }
  const flat = estimateFlat();
  const delta = estimateDelta(count) + LOGARITHM_BITS;
  const wordsForm = flat <= delta ? FORM_WORDS_FLAT : FORM_WORDS_DELTA;
  const words = Math.min(flat, delta) + 32 - floatShape.lowTrailing;
  // Within one binade the bits above the mantissa are constant, and FLAT has them for nothing.
  const oneBinade = floatShape.leastExponent === floatShape.greatestExponent;
  const split = oneBinade ? 64 : estimateExponent(count) + 1 + MANTISSA_BITS - floatShape.mantissaTrailing;
  floatPlan.form = FORM_RAW;
  let best = 8 + 64 * count;
  let planned = FORM_RAW;
  if (words <= split + MARGIN_BITS) {
    const bits = planWords(wordsForm, count);
    planned = wordsForm;
    if (bits < best) {
      best = bits;
      floatPlan.form = wordsForm;
    }
  }
  if (split <= words + MARGIN_BITS) {
    const bits = planSplit(count);
    planned = FORM_SPLIT;
    if (bits < best) {
      best = bits;
      floatPlan.form = FORM_SPLIT;
    }
  }
  // Whatever was planned last stands in scratch; the winner must.
  if (planned === FORM_SPLIT && floatPlan.form === wordsForm) planWords(wordsForm, count);
  return best;
}

/** Writes the column just planned; answers the offset after it. */
export function encodeFloats(count: number, out: Uint8Array, offset: number): number {
  if (floatPlan.form === FORM_SAME) return encodeSame(out, offset);
  if (floatPlan.form === FORM_RAW) return encodeRaw(count, out, offset);
  if (floatPlan.form === FORM_SPLIT) return encodeSplit(count, out, offset);
  return encodeWords(floatPlan.form, count, out, offset);
}

/** Reads `count` (>= 1) doubles into `floats`; answers the offset after them, or -1 when malformed. */
export function decodeFloats(bytes: Uint8Array, offset: number, end: number, count: number): number {
  if (offset >= end) return -1;
  switch (bytes[offset]) {
    case FORM_RAW:
      return decodeRaw(bytes, offset + 1, end, count);
    case FORM_SAME:
      return decodeSame(bytes, offset + 1, end, count);
    case FORM_WORDS_FLAT:
    case FORM_WORDS_DELTA:
      return decodeWords(bytes, offset, end, count);
    case FORM_SPLIT:
      return decodeSplit(bytes, offset, end, count);
    default:
      return -1;
  }
}
