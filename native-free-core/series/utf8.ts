/** Classes of text, worst wins: plain text, text with control characters, bytes that are no UTF-8. */
export const TEXT_PLAIN = 0;
export const TEXT_CONTROL = 1;
export const TEXT_INVALID = 2;

/**
 * Says whether `bytes[start..end)` is well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no
 * surrogates, nothing above U+10FFFF) and whether it has control characters (C0, DEL, C1).
 */
export function classifyUtf8(bytes: Uint8Array, start: number, end: number): number {
  let verdict = TEXT_PLAIN;
  let i = start;
  while (i < end) {
    const b = bytes[i]!;
    if (b < 0x80) {
      if (b < 0x20 || b === 0x7f) verdict = TEXT_CONTROL;
      i++;
      continue;
    }
    const length = b >= 0xc2 && b <= 0xdf ? 2 : (b & 0xf0) === 0xe0 ? 3 : b >= 0xf0 && b <= 0xf4 ? 4 : 0;
    if (length === 0 || i + length > end) return TEXT_INVALID;
    const second = bytes[i + 1]!;
    const low = b === 0xe0 ? 0xa0 : b === 0xf0 ? 0x90 : 0x80;
    const high = b === 0xed ? 0x9f : b === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return TEXT_INVALID;
    for (let k = 2; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return TEXT_INVALID;
    if (b === 0xc2 && second < 0xa0) verdict = TEXT_CONTROL;
    i += length;
  }
  return verdict;
}

/** Orders two byte ranges as unsigned bytes, shorter first: negative, zero or positive. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
