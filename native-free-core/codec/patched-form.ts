import { FORM_OTHER, FORM_PATCHED } from './column-layout.js';
import { decodeDecimals, encodeDecimals } from './decimal-form.js';
import { decodeFloats, encodeFloats, planFloats } from './float-form.js';
import { floats, positions } from './scratch.js';
import { readVarint, varint, varintBytes, writeVarint } from './varint.js';

/**
 * A decimal column with exceptions: values that are no decimals (full-precision ones, NaN, infinities, -0) are kept apart
 * with their positions, and their places in the decimal column repeat a neighbour. The idea is PFOR's and ALP's.
 */

/** The bits that patching adds at most: a position below 65,536 takes up to three bytes, an exception eight. */
export function patchBitsMax(exceptions: number): number {
  return exceptions === 0 ? 0 : 8 * (1 + varintBytes(exceptions) + 1 + exceptions * (3 + 8));
}

/** Writes the planned decimals and the exceptions that `scanDecimals` left in `positions`; answers the offset after them. */
export function encodePatched(
  column: Float64Array,
  start: number,
  count: number,
  e: number,
  exceptions: number,
  out: Uint8Array,
  offset: number,
): number {
  out[offset] = FORM_PATCHED;
  let p = writeVarint(out, offset + 1, exceptions - 1);
  let next = 0;
  for (let x = 0; x < exceptions; x++) {
    p = writeVarint(out, p, positions[x]! - next);
    next = positions[x]! + 1;
  }
  p = encodeDecimals(count, e, out, p);
  for (let x = 0; x < exceptions; x++) floats[x] = column[start + positions[x]!]!;
  planFloats(floats, 0, exceptions);
  return encodeFloats(exceptions, out, p);
}

/** Reads a column whose form byte is at `offset` into out; answers the offset after it, or -1. */
export function decodePatched(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  out: Float64Array,
  outStart: number,
): number {
  let p = readVarint(bytes, offset + 1, end);
  if (p < 0 || varint.value >= count) return -1;
  const exceptions = varint.value + 1;
  let next = 0;
  for (let x = 0; x < exceptions; x++) {
    p = readVarint(bytes, p, end);
    if (p < 0 || varint.value >= count - next) return -1;
    positions[x] = next + varint.value;
    next = positions[x]! + 1;
  }
  if (p >= end || bytes[p]! >= FORM_OTHER) return -1;
  p = decodeDecimals(bytes, p, end, count, out, outStart);
  if (p < 0) return -1;
  p = decodeFloats(bytes, p, end, exceptions);
  if (p < 0) return -1;
  for (let x = 0; x < exceptions; x++) out[outStart + positions[x]!] = floats[x]!;
  return p;
}
