/**
 * Variable-length integers: unsigned LEB128 (seven bits a byte, low bits first) of safe integers, and the same
 * of zigzagged signed ones (0, -1, 1, -2, ... become 0, 1, 2, 3, ...).
 *
 * A read answers the offset after the integer, or -1, and leaves the integer in `varint.value`: two results
 * without allocating. The field belongs to the caller until the next read on the same thread.
 */
export const varint = { value: 0 };

/** The longest form: 53 bits take eight bytes; a zigzagged 53-bit integer has 54 and takes eight as well. */
export const VARINT_BYTES_MAX = 8;

const TWO_TO_49 = 2 ** 49;
const TWO_TO_28 = 2 ** 28;

/** Writes a safe integer >= 0; answers the offset after it. */
export function writeVarint(out: Uint8Array, offset: number, value: number): number {
  let rest = value;
  // Above 2^28 the shift operators would cut the double to 32 bits, so those bytes come from a division.
  while (rest >= TWO_TO_28) {
    out[offset++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    out[offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[offset++] = rest;
  return offset;
}

/** Bytes that `writeVarint` needs. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Reads into `varint.value`; answers the offset after it, or -1 when cut off, over-long or beyond 2^53 - 1. */
export function readVarint(bytes: Uint8Array, offset: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let p = offset; p < end; p++) {
    const byte = bytes[p]!;
    if (scale === TWO_TO_49 && byte > 0x0f) return -1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      varint.value = value;
      return p + 1;
    }
    scale *= 128;
  }
  return -1;
}

/**
 * Writes any safe integer zigzagged. The zigzag of a 53-bit integer has 54 bits, more than a double holds, so the
 * sign and the low six bits make the first byte and the rest follows as a plain varint: the same bytes.
 */
export function writeZigzag(out: Uint8Array, offset: number, value: number): number {
  const sign = value < 0 ? 1 : 0;
  const magnitude = sign === 1 ? -value - 1 : value;
  const first = ((magnitude % 64) << 1) | sign;
  if (magnitude < 64) {
    out[offset] = first;
    return offset + 1;
  }
  out[offset] = first | 0x80;
  return writeVarint(out, offset + 1, Math.floor(magnitude / 64));
}

/** Bytes that `writeZigzag` needs. */
export function zigzagBytes(value: number): number {
  const magnitude = value < 0 ? -value - 1 : value;
  return magnitude < 64 ? 1 : 1 + varintBytes(Math.floor(magnitude / 64));
}

/** Reads what `writeZigzag` wrote into `varint.value`; answers the offset after it, or -1. */
export function readZigzag(bytes: Uint8Array, offset: number, end: number): number {
  if (offset >= end) return -1;
  const first = bytes[offset]!;
  let magnitude = (first & 0x7f) >>> 1;
  let next = offset + 1;
  if (first >= 0x80) {
    next = readVarint(bytes, next, end);
    if (next < 0 || varint.value >= 2 ** 47) return -1;
    magnitude += varint.value * 64;
  }
  varint.value = (first & 1) === 1 ? -magnitude - 1 : magnitude;
  return next;
}
