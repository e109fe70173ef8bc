/**
 * Distances between float64 numbers in units in the last place: how many steps of the next representable number
 * lie between them. Two close numbers are a small integer apart whatever their magnitude, so a value that can be
 * predicted costs only what the prediction misses.
 */

const WORD = 2 ** 32;

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
scratch[0] = 1;
const HIGH = words[1] !== 0 ? 1 : 0;
const LOW = 1 - HIGH;

/** Distances at least this large are not exact in a double any more. */
export const ULPS_MAX = 2 ** 52;

/** Steps from `from` to `to`, or NaN when they are ULPS_MAX or more apart or not both finite. 0 and -0 are one. */
export function ulpsBetween(from: number, to: number): number {
  if (from === to) return 0;
  if (!Number.isFinite(from) || !Number.isFinite(to)) return Number.NaN;
  scratch[0] = Math.abs(from);
  const fromHigh = from < 0 ? -words[HIGH]! : words[HIGH]!;
  const fromLow = from < 0 ? -words[LOW]! : words[LOW]!;
  scratch[0] = Math.abs(to);
  const high = (to < 0 ? -words[HIGH]! : words[HIGH]!) - fromHigh;
  const low = (to < 0 ? -words[LOW]! : words[LOW]!) - fromLow;
  // Apart by more than 2^20 high words the sum below would be rounded.
  if (Math.abs(high) > 2 ** 20) return Number.NaN;
  const distance = high * WORD + low;
  return Math.abs(distance) < ULPS_MAX ? distance : Number.NaN;
}

/** The number `ulps` steps (|ulps| < ULPS_MAX) above `from`; steps beyond the largest finite number make NaN or infinity. */
export function moveByUlps(from: number, ulps: number): number {
  if (ulps === 0) return from;
  scratch[0] = Math.abs(from);
  const sign = from < 0 ? -1 : 1;
  const stepHigh = Math.floor(ulps / WORD);
  let high = sign * words[HIGH]! + stepHigh;
  let low = sign * words[LOW]! + (ulps - stepHigh * WORD);
  // Normalised to 0 <= low < 2^32, then turned to a magnitude again.
  const carry = Math.floor(low / WORD);
  high += carry;
  low -= carry * WORD;
  const negative = high < 0;
  if (negative) {
    high = low === 0 ? -high : -high - 1;
    low = low === 0 ? 0 : WORD - low;
  }
  words[HIGH] = high;
  words[LOW] = low;
  return negative ? -scratch[0]! : scratch[0]!;
}

/** The high and the low word of a number, for writing it in full. */
export function highWord(value: number): number {
  scratch[0] = value;
  return words[HIGH]!;
}

export function lowWord(value: number): number {
  scratch[0] = value;
  return words[LOW]!;
}

export function fromWords(high: number, low: number): number {
  words[HIGH] = high;
  words[LOW] = low;
  return scratch[0]!;
}
