import { packBits } from './bit-pack.js';
import { writeBits } from './bits.js';
import { SUB_BLOCK_POSITION_BITS, SUB_BLOCK_VALUES } from './limits.js';
import { endsInZeros, isLonger, NO_CUT, residualPlan } from './residual-choice.js';
import {
  HEADER_BITS,
  LOW_WIDTH_MASK,
  PATCH_COUNT_BITS,
  PATCH_HEAD_BITS,
  PATCHED,
  REST_ZERO,
  UNARY,
} from './residual-layout.js';
import { highOf, residualHigh, residualLow } from './scratch.js';

/**
 * Writes the residuals in scratch as `planResiduals(count)` has just planned them; answers the offset after them.
 * The stream takes exactly the planned bits, rounded up to a byte.
 */
export function writeResiduals(count: number, out: Uint8Array, offset: number): number {
  let bit = 0;
  for (let block = 0; block < residualPlan.blocks; block++) {
    const start = block * SUB_BLOCK_VALUES;
    const n = Math.min(SUB_BLOCK_VALUES, count - start);
    bit = writeSubBlock(block, start, n, out, offset, bit);
  }
  if (endsInZeros(count)) bit = writeBits(out, offset, bit, REST_ZERO, HEADER_BITS);
  return offset + ((bit + 7) >>> 3);
}

function writeSubBlock(
  block: number,
  start: number,
  n: number,
  out: Uint8Array,
  base: number,
  at: number,
): number {
  const header = residualPlan.header[block]!;
  const cut = residualPlan.cut[block]!;
  const k = header & LOW_WIDTH_MASK;
  const patched = (header & PATCHED) !== 0;
  let bit = writeBits(out, base, at, header, HEADER_BITS);
  if (patched) {
    const head =
      (residualPlan.patchCount[block]! - 1) | (residualPlan.patchWidth[block]! << PATCH_COUNT_BITS);
    bit = writeBits(out, base, bit, head, PATCH_HEAD_BITS);
  }
  bit = packBits(residualLow, start, 1, 0, n, Math.min(k, 32), out, base, bit);
  if (k > 32) bit = packBits(residualHigh, start, 1, 0, n, k - 32, out, base, bit);
  if ((header & UNARY) !== 0)
    bit = writeUnary(start, n, k, cut, out, base, bit, at + residualPlan.bits[block]!);
  if (patched) bit = writePatches(block, start, n, out, base, bit);
  return bit;
}

/**
 * Writes the unary parts. Sets one bits in bytes cleared up to `after`, the end of the sub-block: unlike gathering words
 * it has no branch that depends on the values. NO_CUT saves the look at every length.
 */
function writeUnary(
  start: number,
  n: number,
  k: number,
  cut: number,
  out: Uint8Array,
  base: number,
  bit: number,
  after: number,
): number {
  const lows = residualLow;
  const stop = start + n;
  let at = bit;
  out[base + (bit >>> 3)]! &= (1 << (bit & 7)) - 1;
  out.fill(0, base + (bit >>> 3) + 1, base + ((after + 7) >>> 3));
  if (cut === NO_CUT) {
    for (let i = start; i < stop; i++) {
      at += lows[i]! >>> k;
      out[base + (at >>> 3)]! |= 1 << (at & 7);
      at++;
    }
    return at;
  }
  for (let i = start; i < stop; i++) {
    if (!isLonger(i, cut)) at += lows[i]! >>> k;
    out[base + (at >>> 3)]! |= 1 << (at & 7);
    at++;
  }
  return at;
}

function writePatches(
  block: number,
  start: number,
  n: number,
  out: Uint8Array,
  base: number,
  at: number,
): number {
  const lows = residualLow;
  const cut = residualPlan.cut[block]!;
  const width = residualPlan.patchWidth[block]!;
  const k = residualPlan.header[block]! & LOW_WIDTH_MASK;
  let bit = at;
  for (let position = 0; position < n; position++) {
    const i = start + position;
    if (!isLonger(i, cut)) continue;
    const high = highOf(i);
    bit = writeBits(out, base, bit, position, SUB_BLOCK_POSITION_BITS);
    bit = writeBits(out, base, bit, shiftedRight(lows[i]!, high, k), Math.min(width, 32));
    // A patch of more than 32 bits means k < 22, so the shift stays inside the word.
    if (width > 32) bit = writeBits(out, base, bit, high >>> k, width - 32);
  }
  return bit;
}

/** The low word of (high, low) shifted right by k (0..54). */
function shiftedRight(low: number, high: number, k: number): number {
  if (k >= 32) return high >>> (k - 32);
  return k === 0 ? low : (low >>> k) | (high << (32 - k));
}
