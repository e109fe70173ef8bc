import { unpackBits } from './bit-pack.js';
import { readBits } from './bits.js';
import { SUB_BLOCK_POSITION_BITS, SUB_BLOCK_VALUES } from './limits.js';
import {
  HEADER_BITS,
  LOW_WIDTH_MASK,
  LOW_WIDTH_MAX,
  PATCH_COUNT_BITS,
  PATCH_HEAD_BITS,
  PATCH_WIDTH_BITS,
  PATCHED,
  REST_ZERO,
  UNARY,
  UNARY_LOW_WIDTH_MAX,
} from './residual-layout.js';
import { residualHigh, residualLow, residuals } from './scratch.js';
import { readUnary } from './unary-read.js';

/**
 * Reads `count` residuals into scratch; answers the offset after them, or -1 when malformed. Every part's length is
 * held against `end` before it is read, so arbitrary bytes cost at most O(count + bytes) and never throw.
 */
export function readResiduals(bytes: Uint8Array, offset: number, end: number, count: number): number {
  residuals.wide = false;
  let bit = 0;
  for (let start = 0; start < count; start += SUB_BLOCK_VALUES) {
    const header = readBits(bytes, offset, end, bit, HEADER_BITS);
    if (header === REST_ZERO) {
      bit += HEADER_BITS;
      residualLow.fill(0, start, count);
      if (residuals.wide) residualHigh.fill(0, start, count);
      break;
    }
    bit = readSubBlock(header, start, Math.min(SUB_BLOCK_VALUES, count - start), bytes, offset, end, bit);
    if (bit < 0) return -1;
  }
  const after = offset + ((bit + 7) >>> 3);
  return after <= end ? after : -1;
}

function readSubBlock(
  header: number,
  start: number,
  n: number,
  bytes: Uint8Array,
  base: number,
  end: number,
  at: number,
): number {
  const k = header & LOW_WIDTH_MASK;
  const unary = (header & UNARY) !== 0;
  const patched = (header & PATCHED) !== 0;
  if (k > (unary ? UNARY_LOW_WIDTH_MAX : LOW_WIDTH_MAX)) return -1;
  const bits = (end - base) * 8;
  let bit = at + HEADER_BITS;
  let head = 0;
  if (patched) {
    head = readBits(bytes, base, end, bit, PATCH_HEAD_BITS);
    bit += PATCH_HEAD_BITS;
  }
  if (bit + n * k > bits) return -1;
  if (k > 32 || head >>> PATCH_COUNT_BITS > 32 - k) widen(start);
  // Unary parts over no low parts are all there is, and are assigned.
  if (k > 0 || !unary) {
    bit = unpackBits(bytes, base, end, bit, n, Math.min(k, 32), residualLow, start, 1, 0);
  }
  if (residuals.wide)
    bit = unpackBits(bytes, base, end, bit, n, Math.max(k - 32, 0), residualHigh, start, 1, 0);
  if (unary) bit = readUnary(start, n, k, bytes, base, end, bit);
  if (patched && bit >= 0) bit = readPatches(start, n, k, head, bytes, base, end, bit);
  return bit <= bits ? bit : -1;
}

/** From here on residuals have high words; those read so far are zero. */
function widen(start: number): void {
  if (residuals.wide) return;
  residuals.wide = true;
  residualHigh.fill(0, 0, start);
}

function readPatches(
  start: number,
  n: number,
  k: number,
  head: number,
  bytes: Uint8Array,
  base: number,
  end: number,
  at: number,
): number {
  const count = (head & ((1 << PATCH_COUNT_BITS) - 1)) + 1;
  const width = (head >>> PATCH_COUNT_BITS) & ((1 << PATCH_WIDTH_BITS) - 1);
  const lowWidth = Math.min(width, 32);
  if (count > n || k + width > LOW_WIDTH_MAX) return -1;
  if (at + count * (SUB_BLOCK_POSITION_BITS + width) > (end - base) * 8) return -1;
  let bit = at;
  for (let patch = 0; patch < count; patch++) {
    const position = readBits(bytes, base, end, bit, SUB_BLOCK_POSITION_BITS);
    if (position >= n) return -1;
    bit += SUB_BLOCK_POSITION_BITS;
    const low = readBits(bytes, base, end, bit, lowWidth);
    const high = readBits(bytes, base, end, bit + lowWidth, width - lowWidth);
    bit += width;
    addPatch(start + position, low, high, k);
  }
  return bit;
}

/** Puts the high part (high, low) of an outlier above its k low bits. */
function addPatch(i: number, low: number, high: number, k: number): void {
  if (k < 32) residualLow[i]! |= low << k;
  if (!residuals.wide) return;
  // Shifts count modulo 32, so the two ends of the range are cases of their own.
  if (k >= 32) residualHigh[i]! |= low << (k - 32);
  else residualHigh[i]! |= k === 0 ? high : (low >>> (32 - k)) | (high << k);
}
