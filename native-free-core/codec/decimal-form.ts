import {
  DIVIDED,
  KIND_CENTRED,
  KIND_CONSTANT,
  KIND_FLAT,
  KIND_LINEAR,
  KIND_MULTIPLES,
  KIND_SECOND,
} from './column-layout.js';
import { accumulate, fillLinear } from './decimal-accumulate.js';
import { residualCount } from './decimal-residuals.js';
import { POWERS_OF_TEN } from './decimal-scan.js';
import { decimalShape } from './decimal-shape.js';
import { readResiduals } from './residual-read.js';
import { writeResiduals } from './residual-write.js';
import { mantissas } from './scratch.js';
import { readVarint, readZigzag, varint, writeVarint, writeZigzag } from './varint.js';

/** Writes the column that `planDecimals(count)` has planned, as decimals over 10^e; answers the offset after it. */
export function encodeDecimals(count: number, e: number, out: Uint8Array, offset: number): number {
  const { kind, divisor, least, centre } = decimalShape;
  const first = mantissas[0]!;
  out[offset] = (e << 4) | kind;
  let p = offset + 1;
  if (kind === KIND_CONSTANT) return writeZigzag(out, p, first);
  if (kind === KIND_LINEAR) return writeZigzag(out, writeZigzag(out, p, first), mantissas[1]! - first);
  if (kind === KIND_MULTIPLES) {
    const step = mantissas[1]! - first;
    return writeVarint(out, writeVarint(out, p, step), first / step);
  }
  if (kind >= DIVIDED) p = writeVarint(out, p, divisor - 1);
  const plain = kind & ~DIVIDED;
  p = writeZigzag(out, p, plain === KIND_FLAT ? least : first);
  if (plain === KIND_CENTRED) p = writeZigzag(out, p, centre);
  if (plain === KIND_SECOND) p = writeZigzag(out, p, mantissas[1]! - first);
  return writeResiduals(residualCount(plain, count), out, p);
}

/**
 * Reads a decimal column's `count` values into out; `offset` is that of the form byte, which is below 0xF0.
 * Answers the offset after the column, or -1 when malformed.
 */
export function decodeDecimals(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  out: Float64Array,
  outStart: number,
): number {
  const form = bytes[offset]!;
  const kind = form & 0x0f;
  const p =
    kind <= KIND_SECOND || (kind >= DIVIDED && kind <= (DIVIDED | KIND_SECOND))
      ? decodeVarying(kind, bytes, offset + 1, end, count, out, outStart)
      : decodeRegular(kind, bytes, offset + 1, end, count, out, outStart);
  if (p < 0) return -1;
  const e = form >>> 4;
  if (e > 0) {
    const power = POWERS_OF_TEN[e]!;
    const stop = outStart + count;
    for (let i = outStart; i < stop; i++) out[i] = out[i]! / power;
  }
  return p;
}

/** CONSTANT, LINEAR, MULTIPLES: no residuals. */
function decodeRegular(
  kind: number,
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  out: Float64Array,
  outStart: number,
): number {
  if (kind < KIND_LINEAR || kind > KIND_CONSTANT) return -1;
  let p = kind === KIND_MULTIPLES ? readVarint(bytes, offset, end) : readZigzag(bytes, offset, end);
  if (p < 0) return -1;
  let first = varint.value;
  let step = 0;
  if (kind === KIND_LINEAR) {
    p = readZigzag(bytes, p, end);
    step = varint.value;
  } else if (kind === KIND_MULTIPLES) {
    p = readVarint(bytes, p, end);
    step = first;
    first = varint.value * step;
  }
  if (p < 0) return -1;
  fillLinear(first, step, count, out, outStart);
  return p;
}

/** FLAT, DELTA, CENTRED, SECOND, divided or not. */
function decodeVarying(
  kind: number,
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  out: Float64Array,
  outStart: number,
): number {
  const plain = kind & ~DIVIDED;
  let p = offset;
  let divisor = 1;
  if (kind >= DIVIDED) {
    p = readVarint(bytes, p, end);
    if (p < 0) return -1;
    divisor = varint.value + 1;
  }
  p = readZigzag(bytes, p, end);
  if (p < 0) return -1;
  const first = varint.value;
  let second = 0;
  if (plain === KIND_CENTRED || plain === KIND_SECOND) {
    p = readZigzag(bytes, p, end);
    if (p < 0) return -1;
    second = varint.value;
  }
  const rest = residualCount(plain, count);
  if (rest < 0) return -1;
  p = readResiduals(bytes, p, end, rest);
  if (p < 0) return -1;
  accumulate(plain, first, second, count, out, outStart);
  if (divisor > 1) {
    const stop = outStart + count;
    for (let i = outStart; i < stop; i++) out[i] = out[i]! * divisor;
  }
  return p;
}
