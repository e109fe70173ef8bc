import { KEY_COUNT_BYTES, KEY_LENGTH_BYTES } from './series-key-layout.js';
import { compareBytes } from './utf8.js';

/** A label's place in canonical bytes. */
export interface LabelRange {
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

const length16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

/** Where the metric name of canonical bytes at `offset` begins and ends. */
export const nameStart = (offset: number): number => offset + KEY_LENGTH_BYTES;
export const nameEnd = (bytes: Uint8Array, offset: number): number =>
  offset + KEY_LENGTH_BYTES + length16(bytes, offset);

/**
 * Calls `visit` for each label of the canonical bytes that begin at `offset`, in order, with one range object that
 * is used again. The bytes are the engine's own: stored ones have passed a checksum before.
 */
export function forEachLabel(bytes: Uint8Array, offset: number, visit: (range: LabelRange) => void): void {
  let at = nameEnd(bytes, offset);
  const count = bytes[at]!;
  at += KEY_COUNT_BYTES;
  const range: LabelRange = { nameStart: 0, nameEnd: 0, valueStart: 0, valueEnd: 0 };
  for (let i = 0; i < count; i++) {
    range.nameStart = at + KEY_LENGTH_BYTES;
    range.nameEnd = at = at + KEY_LENGTH_BYTES + length16(bytes, at);
    range.valueStart = at + KEY_LENGTH_BYTES;
    range.valueEnd = at = at + KEY_LENGTH_BYTES + length16(bytes, at);
    visit(range);
  }
}

/**
 * Finds the value of the label `name` in the canonical bytes that begin at `offset`: answers the offset of its
 * length prefix, or -1 when the series has no such label.
 */
export function findLabelValue(bytes: Uint8Array, offset: number, name: Uint8Array): number {
  let at = nameEnd(bytes, offset);
  const count = bytes[at]!;
  at += KEY_COUNT_BYTES;
  for (let i = 0; i < count; i++) {
    const start = at + KEY_LENGTH_BYTES;
    const end = start + length16(bytes, at);
    const order = compareBytes(bytes, start, end, name, 0, name.length);
    if (order === 0) return end;
    if (order > 0) return -1;
    at = end + KEY_LENGTH_BYTES + length16(bytes, end);
  }
  return -1;
}

/** The range of a length-prefixed text at `at`: its end; it starts KEY_LENGTH_BYTES behind `at`. */
export const textEnd = (bytes: Uint8Array, at: number): number => at + KEY_LENGTH_BYTES + length16(bytes, at);
