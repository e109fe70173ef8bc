import { type HashKey, hashWords, sipHash128 } from '../series/siphash128.js';

/** The hash of a text as a child of an entry. */
export function entryHash(
  key: HashKey,
  parent: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  sipHash128(key, bytes, start, end);
  return hashWords[0]! ^ Math.imul(parent, 0x9e3779b1);
}

/** Whether an entry's text, at `at` of the index's bytes, is `bytes[start..end)`. */
export function sameText(
  texts: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  for (let i = start, k = at; i < end; i++, k++) if (bytes[i] !== texts[k]) return false;
  return true;
}
