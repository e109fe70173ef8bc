import { clearDistances, noteDistances } from './decimal-shape.js';
import { DECIMAL_EXPONENT_MAX } from './limits.js';
import { sampleCount, sampleIndex } from './sample.js';
import { mantissas, positions } from './scratch.js';

/**
 * Finds out whether a column is made of decimals: value = m / 10^e, bit for bit, with a whole |m| < 2^53 and one e for
 * all. A decimal that was read from text is the double nearest to m / 10^e; both sides of that division are exact
 * (10^22 is the largest exact power), so IEEE 754 rounds it to the same double. Division where ALP (Afroozeh, Kuffo
 * and Boncz, SIGMOD 2023) multiplies by an inexact 10^-e: fewer exceptions for a few cycles more.
 */
export const POWERS_OF_TEN = Float64Array.from({ length: DECIMAL_EXPONENT_MAX + 1 }, (_, e) =>
  Number(`1e${e}`),
);

/** Cost of an exception in bits: its double and its position. Cost of a decimal digit more, per value: log2(10). */
const EXCEPTION_BITS = 72;
const DIGIT_BITS = 3.32;

/** Exceptions by the exponent that would make them decimals; the last place counts those that none would. */
const exceptionsByExponent = new Int32Array(DECIMAL_EXPONENT_MAX + 2);
const NO_EXPONENT = DECIMAL_EXPONENT_MAX + 1;

const TWO_TO_52 = 2 ** 52;

/**
 * The whole number nearest to value * power, by floor, because Math.round branches on the fraction. It may be one off where
 * adding a half is inexact; then it doesn't give the value back, and that is what every caller asks next. From 2^52 on
 * every double is whole.
 */
function roundScaled(value: number, power: number): number {
  const scaled = value * power;
  return Math.abs(scaled) < TWO_TO_52 ? Math.floor(scaled + 0.5) : scaled;
}

/** The least e >= from for which value is a decimal, or NO_EXPONENT. -0 is no decimal: an integer has one zero. */
function decimalExponent(value: number, from: number): number {
  if (value === 0) return 1 / value < 0 ? NO_EXPONENT : from;
  for (let e = from; e <= DECIMAL_EXPONENT_MAX; e++) {
    const power = POWERS_OF_TEN[e]!;
    const mantissa = roundScaled(value, power);
    if (!(Math.abs(mantissa) <= Number.MAX_SAFE_INTEGER)) return NO_EXPONENT;
    if (mantissa / power === value) return e;
  }
  return NO_EXPONENT;
}

/**
 * Fills `mantissas` for the column's `count` values, and `positions` with the exceptions, whose mantissa repeats their
 * neighbour's. Answers the exponent, and the number of exceptions in `scan.exceptions`; or -1 if it isn't a decimal
 * column: more than a quarter exceptions.
 */
export const scan = { exceptions: 0 };

export function scanDecimals(column: Float64Array, start: number, count: number): number {
  let e = guessExponent(column, start, count);
  if (e < 0) return -1;
  const exceptionsMax = count >>> 2;
  if (!fillMantissas(column, start, count, e)) return -1;
  if (scan.exceptions > 0) {
    const better = bestExponent(count, e);
    if (better !== e) {
      e = better;
      if (!fillMantissas(column, start, count, e)) return -1;
    }
  }
  return scan.exceptions <= exceptionsMax ? e : -1;
}

/** The exponent that suffices for seven of eight sampled decimals, or -1 if a quarter of the sample is none. */
function guessExponent(column: Float64Array, start: number, count: number): number {
  const samples = sampleCount(count);
  const misfitsMax = samples >>> 2;
  exceptionsByExponent.fill(0);
  for (let s = 0; s < samples; s++) {
    const value = column[start + sampleIndex(s, count)]!;
    const e = decimalExponent(value, 0);
    if (++exceptionsByExponent[e]! > misfitsMax && e === NO_EXPONENT) return -1;
  }
  let left = samples - exceptionsByExponent[NO_EXPONENT]!;
  const tail = left >>> 3;
  for (let e = 0; e <= DECIMAL_EXPONENT_MAX; e++) {
    left -= exceptionsByExponent[e]!;
    if (left <= tail) return e;
  }
  return -1;
}

/** The exponent >= e of least estimated cost for the exceptions just counted. */
function bestExponent(count: number, e: number): number {
  let left = scan.exceptions;
  let best = e;
  let bestBits = left * EXCEPTION_BITS;
  for (let candidate = e + 1; candidate <= DECIMAL_EXPONENT_MAX; candidate++) {
    left -= exceptionsByExponent[candidate]!;
    const bits = left * EXCEPTION_BITS + (candidate - e) * count * DIGIT_BITS;
    if (bits < bestBits) {
      bestBits = bits;
      best = candidate;
    }
  }
  return best;
}

/** Answers false when more than a quarter of the values are no decimals with any exponent. */
function fillMantissas(column: Float64Array, start: number, count: number, e: number): boolean {
  exceptionsByExponent.fill(0);
  scan.exceptions = 0;
  let i = 0;
  while (i < count && decimalExponent(column[start + i]!, e) !== e) {
    if (!noteException(column[start + i]!, i, e, count)) return false;
    i++;
  }
  if (i === count) return false;
  const first = roundScaled(column[start + i]!, POWERS_OF_TEN[e]!);
  mantissas.fill(first, 0, i);
  clearDistances();
  for (;;) {
    i =
      e === 0 ? fillIntegers(column, start, count, i, first) : fillScaled(column, start, count, i, first, e);
    if (i === count) return true;
    if (!noteException(column[start + i]!, i, e, count)) return false;
    mantissas[i] = mantissas[i - 1]!;
    i++;
  }
}

/**
 * Fills the mantissas from the `from`-th value on up to an exception, whose place it answers, or `count`. Exceptions are
 * the caller's: kept out of the loop they cost it no registers. Notes in the shape how far the mantissas lie from `first`,
 * by OR: minima and maxima would cost a mispredicted branch for each new extreme, twice the time of all the rest.
 * Integers apart from decimals, because they need no multiplication and division.
 */
function fillIntegers(
  column: Float64Array,
  start: number,
  count: number,
  from: number,
  first: number,
): number {
  const whole = mantissas;
  let distances = 0;
  let near = true;
  let i = Math.abs(first) < TWO_TO_52 ? fillNear(column, start, count, from, first) : from;
  for (; i < count; i++) {
    const value = column[start + i]!;
    if (Math.floor(value) !== value || Math.abs(value) > Number.MAX_SAFE_INTEGER) break;
    if (value === 0 && 1 / value < 0) break;
    whole[i] = value;
    const distance = (value - first) | 0;
    if (distance + first !== value) near = false;
    distances |= (distance << 1) ^ (distance >> 31);
  }
  noteDistances(near, distances);
  return i;
}

/**
 * The same for integers within 2^31 of `first`, a safe integer below 2^52: then one comparison says that a value is whole,
 * safe and near. Stops at the first value that isn't, which may still be an integer.
 */
function fillNear(column: Float64Array, start: number, count: number, from: number, first: number): number {
  const whole = mantissas;
  let distances = 0;
  let i = from;
  for (; i < count; i++) {
    const value = column[start + i]!;
    const distance = (value - first) | 0;
    if (distance + first !== value || (value === 0 && 1 / value < 0)) break;
    whole[i] = value;
    distances |= (distance << 1) ^ (distance >> 31);
  }
  noteDistances(true, distances);
  return i;
}

function fillScaled(
  column: Float64Array,
  start: number,
  count: number,
  from: number,
  first: number,
  e: number,
): number {
  const whole = mantissas;
  const power = POWERS_OF_TEN[e]!;
  let distances = 0;
  let near = true;
  let i = from;
  for (; i < count; i++) {
    const value = column[start + i]!;
    const mantissa = roundScaled(value, power);
    if (mantissa / power !== value || Math.abs(mantissa) > Number.MAX_SAFE_INTEGER) break;
    if (value === 0 && 1 / value < 0) break;
    whole[i] = mantissa;
    const distance = (mantissa - first) | 0;
    if (distance + first !== mantissa) near = false;
    distances |= (distance << 1) ^ (distance >> 31);
  }
  noteDistances(near, distances);
  return i;
}

/** Counts value i as an exception; answers false once too many are no decimals at all. */
function noteException(value: number, i: number, e: number, count: number): boolean {
  positions[scan.exceptions++] = i;
  exceptionsByExponent[decimalExponent(value, e)]!++;
  return exceptionsByExponent[NO_EXPONENT]! <= count >>> 2;
}
