import {
  DAMAGE_INDEX,
  DAMAGE_KEY,
  DAMAGE_SECOND,
  PREFIX_SHARD,
  SEGMENT_END,
  SEGMENT_FIRST,
  SEGMENT_GENERATION,
  SEGMENT_KEY_BYTES,
  SEGMENT_LAST,
  SEGMENT_START,
  SHARD_DAMAGE,
  SHARD_LOG,
  TABLE_FRESH,
  TABLE_GROUP,
  TABLE_TIER,
  TIME_BIAS,
} from './store-layout.js';

function putU32(key: Uint8Array, at: number, value: number): void {
  key[at] = value >>> 24;
  key[at + 1] = value >>> 16;
  key[at + 2] = value >>> 8;
  key[at + 3] = value;
}

function putUint(key: Uint8Array, at: number, bytes: number, value: number): void {
  let rest = value;
  for (let i = at + bytes - 1; i >= at; i--) {
    key[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function getUint(key: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let i = at; i < at + bytes; i++) value = value * 256 + key[i]!;
  return value;
}

/** A key of two bytes: a table of a group, or a table of the shard. */
export const tableKey = (prefix: number, table: number): Uint8Array => Uint8Array.of(prefix, table);

/** The first key behind a table. */
export const tableEnd = (prefix: number, table: number): Uint8Array => Uint8Array.of(prefix, table + 1);

/** Whether a key is of what readers remember of a store: segments of whatever tier, and groups' records. */
export const isOfContents = (key: Uint8Array): boolean =>
  key[0]! < PREFIX_SHARD && (key[1]! >= TABLE_FRESH || key[1] === TABLE_GROUP);

/** The key of a group's record of one tier; `tier` counts as TIER_NAMES do. */
export const tierKey = (group: number, tier: number): Uint8Array => Uint8Array.of(group, TABLE_TIER, tier);

/** A key of a table that ends with one number of 32 bits. */
export function numberedKey(prefix: number, table: number, number: number): Uint8Array {
  const key = new Uint8Array(6);
  key[0] = prefix;
  key[1] = table;
  putU32(key, 2, number);
  return key;
}

export const numberOfKey = (key: Uint8Array): number => getUint(key, 2, 4);

export function logKey(generation: number, position: number): Uint8Array {
  const key = new Uint8Array(12);
  key[0] = PREFIX_SHARD;
  key[1] = SHARD_LOG;
  putU32(key, 2, generation);
  putUint(key, 6, 6, position);
  return key;
}

export const generationOfLogKey = (key: Uint8Array): number => getUint(key, 2, 4);
export const positionOfLogKey = (key: Uint8Array): number => getUint(key, 6, 6);

/** Where a damaged value is set aside: the second of the finding, its place among those of one start, and its key. */
export function damageKey(timeMs: number, index: number, key: Uint8Array): Uint8Array {
  const aside = new Uint8Array(DAMAGE_KEY + key.length);
  aside[0] = PREFIX_SHARD;
  aside[1] = SHARD_DAMAGE;
  putU32(aside, DAMAGE_SECOND, Math.floor(timeMs / 1_000));
  setDamageIndex(aside, index & DAMAGE_INDEX_MAX);
  aside.set(key, DAMAGE_KEY);
  return aside;
}

/** The largest place of a finding among those of one start. */
export const DAMAGE_INDEX_MAX = 0xffff;

/** Gives a key of what was set aside another place. */
export const setDamageIndex = (key: Uint8Array, index: number): void => putUint(key, DAMAGE_INDEX, 2, index);

const keyTime = (timeMs: number): number =>
  Math.min(2 * TIME_BIAS - 1, Math.max(0, Math.floor(timeMs) + TIME_BIAS));

/** What a segment's key says of it. Times are floored to ms; both ends are inclusive. */
export interface SegmentRange {
  startMs: number;
  endMs: number;
  generation: number;
  firstNumber: number;
  lastNumber: number;
}

export function segmentKey(group: number, table: number, range: SegmentRange): Uint8Array {
  const key = new Uint8Array(SEGMENT_KEY_BYTES);
  key[0] = group;
  key[1] = table;
  putUint(key, SEGMENT_END, 7, keyTime(range.endMs));
  putUint(key, SEGMENT_START, 7, keyTime(range.startMs));
  putU32(key, SEGMENT_GENERATION, range.generation);
  putU32(key, SEGMENT_FIRST, range.firstNumber);
  putU32(key, SEGMENT_LAST, range.lastNumber);
  return key;
}

/** The first key of a table whose segments may hold points at or after `startMs`. */
export function segmentSeekKey(group: number, table: number, startMs: number): Uint8Array {
  const key = new Uint8Array(SEGMENT_START);
  key[0] = group;
  key[1] = table;
  putUint(key, SEGMENT_END, 7, keyTime(startMs));
  return key;
}

export function parseSegmentKey(key: Uint8Array): SegmentRange {
  return {
    endMs: getUint(key, SEGMENT_END, 7) - TIME_BIAS,
    startMs: getUint(key, SEGMENT_START, 7) - TIME_BIAS,
    generation: getUint(key, SEGMENT_GENERATION, 4),
    firstNumber: getUint(key, SEGMENT_FIRST, 4),
    lastNumber: getUint(key, SEGMENT_LAST, 4),
  };
}

/** The key right behind one of the same length. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = key.slice();
  for (let i = after.length - 1; i >= 0; i--) {
    after[i] = after[i]! + 1;
    if (after[i] !== 0) break;
  }
  return after;
}
