import { residualLow } from './scratch.js';

/**
 * For every byte its one bits, as unary codes: how many, the zeros before each (eight places a byte, those beyond the last
 * one bit are 0), and the zeros after the last. A byte of codes then costs a few look-ups and no branch a value.
 */
const onesOf = new Uint8Array(256);
const zerosBefore = new Uint8Array(256 * 8);
const zerosAfter = new Uint8Array(256);

for (let byte = 0; byte < 256; byte++) {
  let next = 0;
  for (let bit = 0; bit < 8; bit++) {
    if ((byte & (1 << bit)) === 0) continue;
    zerosBefore[byte * 8 + onesOf[byte]!++] = bit - next;
    next = bit + 1;
  }
  zerosAfter[byte] = 8 - next;
}

/**
 * Reads n unary parts from the position `bit` on, shifts them by k and adds them to residualLow[start...], or assigns them
 * if k = 0. Answers the position after them, or -1 if they don't end before `end`.
 */
export function readUnary(
  start: number,
  n: number,
  k: number,
  bytes: Uint8Array,
  base: number,
  end: number,
  bit: number,
): number {
  const lows = residualLow;
  const stop = start + n;
  let p = base + (bit >>> 3);
  if (p >= end) return -1;
  // The bits below the position are none of ours: cleared, and counted off the zeros carried from byte to byte.
  let byte = bytes[p]! & (0xff << (bit & 7));
  let carried = -(bit & 7);
  let i = start;
  // While eight values are left, whatever a byte holds is wanted.
  while (i + 8 <= stop) {
    const ones = onesOf[byte]!;
    if (ones > 0) {
      if (k === 0) assignByte(lows, i, byte, ones, carried);
      else addByte(lows, i, byte, ones, carried, k);
      i += ones;
      carried = 0;
    }
    carried += zerosAfter[byte]!;
    if (++p >= end) return i === stop ? (p - base) * 8 - carried : -1;
    byte = bytes[p]!;
  }
  let position = (p - base) * 8;
  let expected = position - carried;
  for (; i < stop; i++) {
    while (byte === 0) {
      if (++p >= end) return -1;
      byte = bytes[p]!;
      position += 8;
    }
    const found = position + 31 - Math.clz32(byte & -byte);
    lows[i] = (k === 0 ? 0 : lows[i]!) + ((found - expected) << k);
    expected = found + 1;
    byte &= byte - 1;
  }
  return expected;
}

/** Four or eight places at once: those beyond the byte's ones are assigned again by the next byte. */
function assignByte(lows: Uint32Array, i: number, byte: number, ones: number, carried: number): void {
  const before = zerosBefore;
  const t = byte * 8;
  lows[i] = carried + before[t]!;
  lows[i + 1] = before[t + 1]!;
  lows[i + 2] = before[t + 2]!;
  lows[i + 3] = before[t + 3]!;
  if (ones <= 4) return;
  lows[i + 4] = before[t + 4]!;
  lows[i + 5] = before[t + 5]!;
  lows[i + 6] = before[t + 6]!;
  lows[i + 7] = before[t + 7]!;
}

/** The same, adding: the places beyond the byte's ones get zero. */
function addByte(lows: Uint32Array, i: number, byte: number, ones: number, carried: number, k: number): void {
  const before = zerosBefore;
  const t = byte * 8;
  lows[i]! += (carried + before[t]!) << k;
  lows[i + 1]! += before[t + 1]! << k;
  lows[i + 2]! += before[t + 2]! << k;
  lows[i + 3]! += before[t + 3]! << k;
  if (ones <= 4) return;
  lows[i + 4]! += before[t + 4]! << k;
  lows[i + 5]! += before[t + 5]! << k;
  lows[i + 6]! += before[t + 6]! << k;
  lows[i + 7]! += before[t + 7]! << k;
}
