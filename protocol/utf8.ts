/**
 * UTF-8 without TextEncoder, because this leaf knows no host. For the short strings of metrics it costs about as
 * much (bench/micro/protocol/utf8.bench.ts), because the native encoder's call is most of its time.
 * Source: RFC 3629; the table of well-formed byte sequences is Unicode 15, table 3-7.
 */

/** Bytes that `encodeUtf8Into` will write. A lone surrogate counts 3, as U+FFFD. */
export function utf8ByteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
    } else {
      bytes += 2;
      // A pair is two units and four bytes: the two that the length counts and the two added here.
      if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) i++;
    }
  }
  return bytes;
}

/**
 * Writes `text` at `offset` and answers the offset behind it. The caller has made room for
 * `utf8ByteLength(text)` bytes. A lone surrogate becomes U+FFFD, as everywhere on the web.
 */
export function encodeUtf8Into(text: string, bytes: Uint8Array, offset: number): number {
  let position = offset;
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[position++] = unit;
      continue;
    }
    if (unit < 0x800) {
      bytes[position++] = 0xc0 | (unit >> 6);
      bytes[position++] = 0x80 | (unit & 0x3f);
      continue;
    }
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const next = text.charCodeAt(i + 1);
      if (isHighSurrogate(unit) && isLowSurrogate(next)) {
        i++;
        const point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
        bytes[position++] = 0xf0 | (point >> 18);
        bytes[position++] = 0x80 | ((point >> 12) & 0x3f);
        bytes[position++] = 0x80 | ((point >> 6) & 0x3f);
        bytes[position++] = 0x80 | (point & 0x3f);
        continue;
      }
      unit = 0xfffd;
    }
    bytes[position++] = 0xe0 | (unit >> 12);
    bytes[position++] = 0x80 | ((unit >> 6) & 0x3f);
    bytes[position++] = 0x80 | (unit & 0x3f);
  }
  return position;
}

/** The string in `bytes[start..end)`. The range must be valid UTF-8 (see `isValidUtf8`); bytes that aren't come out as U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let position = start;
  while (position < end) {
    const byte = bytes[position]!;
    if (byte < 0x80) {
      text += String.fromCharCode(byte);
      position++;
      continue;
    }
    const length = sequenceLength(bytes, position, end);
    text += length === 0 ? '\ufffd' : String.fromCodePoint(codePointAt(bytes, position, length));
    position += length === 0 ? 1 : length;
  }
  return text;
}

/** Whether `bytes[start..end)` is well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
export function isValidUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let position = start;
  while (position < end) {
    // Four bytes a round while all are ASCII: labels mostly are, and it halves the time.
    while (
      position + 4 <= end &&
      (bytes[position]! | bytes[position + 1]! | bytes[position + 2]! | bytes[position + 3]!) < 0x80
    ) {
      position += 4;
    }
    if (position >= end) return true;
    if (bytes[position]! < 0x80) {
      position++;
      continue;
    }
    const length = sequenceLength(bytes, position, end);
    if (length === 0) return false;
    position += length;
  }
  return true;
}

/** Well-formed UTF-8 without control characters: none of U+0000–001F, U+007F, U+0080–009F. */
export function isPrintableUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let position = start;
  while (position < end) {
    const byte = bytes[position]!;
    // Space to tilde in one comparison: what is below 0x20 wraps around to something large.
    if ((byte - 0x20) >>> 0 < 0x5f) {
      position++;
      continue;
    }
    const length = byte < 0x80 ? 0 : sequenceLength(bytes, position, end);
    if (length === 0) return false;
    // U+0080–009F are the sequences C2 80 to C2 9F.
    if (byte === 0xc2 && bytes[position + 1]! < 0xa0) return false;
    position += length;
  }
  return true;
}

/** Bytes of the well-formed sequence of two or more bytes at `position`; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, position: number, end: number): number {
  const lead = bytes[position]!;
  const left = end - position;
  if (lead >= 0xc2 && lead <= 0xdf) return left >= 2 && isTail(bytes[position + 1]!) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (left < 3 || !isTail(bytes[position + 1]!) || !isTail(bytes[position + 2]!)) return 0;
    const second = bytes[position + 1]!;
    if (lead === 0xe0 && second < 0xa0) return 0;
    if (lead === 0xed && second > 0x9f) return 0;
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (left < 4 || !isTail(bytes[position + 1]!)) return 0;
    if (!isTail(bytes[position + 2]!) || !isTail(bytes[position + 3]!)) return 0;
    const second = bytes[position + 1]!;
    if (lead === 0xf0 && second < 0x90) return 0;
    if (lead === 0xf4 && second > 0x8f) return 0;
    return 4;
  }
  return 0;
}

function codePointAt(bytes: Uint8Array, position: number, length: number): number {
  let point = bytes[position]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | (bytes[position + i]! & 0x3f);
  return point;
}

function isTail(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
