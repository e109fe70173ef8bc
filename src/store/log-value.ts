import { assert } from '../../native-free-core/assert.js';
import { ByteViews } from '../../native-free-core/entry/byte-views.js';
import {
  packedBytesMax,
  packPoints,
  unpackedBytes,
  unpackPoints,
} from '../../native-free-core/entry/pack-points.js';
import { PACKED_POINT_BYTES_MIN } from '../../native-free-core/entry/packed-points-layout.js';
import type { EntryViews } from '../../native-free-core/head/head-writer.js';
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from './envelope.js';
import { SHARD_LOG } from './store-layout.js';

/**
 * A value of the log: an envelope, then
 *
 *   8 f64 session | 16 f64 ring position behind its last entry | 24 f64 accepted points behind it | 32 f64 points in it
 *   40 points entries, packed (entry/packed-points-layout.ts)
 *
 * The session and the position let a worker that is started again in the same process go on in the ring exactly
 * behind what is durable.
 */
export const LOG_SESSION = ENVELOPE_BYTES;
export const LOG_RING_POSITION = 16;
export const LOG_ACCEPTED = 24;
export const LOG_POINTS = 32;
export const LOG_ENTRIES = 40;

/** What stands in front of the entries. */
export interface LogHead {
  session: number;
  ringPosition: number;
  acceptedPoints: number;
  points: number;
}

/**
 * Collects the points entries of one duty cycle, packed, in memory of its own that grows to the largest cycle seen. What
 * `finish` answers is valid until the next `reset`.
 */
export class LogValueBuilder {
  #views = new ByteViews(1 << 16);
  #length = LOG_ENTRIES;

  reset(): void {
    this.#length = LOG_ENTRIES;
  }

  get isEmpty(): boolean {
    return this.#length === LOG_ENTRIES;
  }

  /** Bytes of the value so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds the points entry that stands at `offset` of a ring. */
  add(source: EntryViews, offset: number): void {
    this.#views = this.#views.grown(this.#length + packedBytesMax(source, offset));
    this.#length = packPoints(source, offset, this.#views, this.#length);
  }

  /** Writes the head and the checksum, and answers the whole value. */
  finish(head: LogHead): Uint8Array {
    const { f64, u8 } = this.#views;
    f64[LOG_SESSION >> 3] = head.session;
    f64[LOG_RING_POSITION >> 3] = head.ringPosition;
    f64[LOG_ACCEPTED >> 3] = head.acceptedPoints;
    f64[LOG_POINTS >> 3] = head.points;
    const value = u8.subarray(0, this.#length);
    sealEnvelope(value, SHARD_LOG);
    return value;
  }
}

/** Reads values of the log, one after the other, through memory of its own. */
export class LogValueReader implements LogHead {
  session = 0;
  ringPosition = 0;
  acceptedPoints = 0;
  points = 0;
  #views = new ByteViews(1 << 16);
  #entry = new ByteViews(1 << 16);
  #at = 0;
  #end = 0;

  /** Takes a stored value. Answers false when it is damaged. */
  open(value: Uint8Array): boolean {
    this.#at = this.#end = 0;
    if (openEnvelope(value, SHARD_LOG) !== 'ok' || value.length < LOG_ENTRIES || value.length % 8 !== 0)
      return false;
    // A copy, because LMDB's memory has no alignment.
    this.#views = this.#views.grown(value.length);
    this.#views.u8.set(value);
    const { f64 } = this.#views;
    this.session = f64[LOG_SESSION >> 3]!;
    this.ringPosition = f64[LOG_RING_POSITION >> 3]!;
    this.acceptedPoints = f64[LOG_ACCEPTED >> 3]!;
    this.points = f64[LOG_POINTS >> 3]!;
    this.#at = LOG_ENTRIES;
    this.#end = value.length;
    return true;
  }

  /** Bytes of the value. */
  get length(): number {
    return this.#end;
  }

  /** The next entry as it stood in the ring, at offset 0 of the views; undefined behind the last. */
  next(): EntryViews | undefined {
    if (this.#at >= this.#end) return undefined;
    const end = this.#at + this.#views.u32[this.#at >> 2]! * 8;
    const bytes = end <= this.#end ? unpackedBytes(this.#views, this.#at, end) : -1;
    // The checksum held, so what does not fit was written so.
    assert(bytes > 0, 'an entry of the log has impossible lengths');
    this.#entry = this.#entry.grown(bytes);
    unpackPoints(this.#views, this.#at, end, this.#entry);
    this.#at = end;
    return this.#entry;
  }
}

/** The head alone of a value, damaged or not: to tell how many points a damaged one held, if it can be believed. */
export function peekLogPoints(value: Uint8Array): number {
  if (value.length < LOG_ENTRIES) return 0;
  const points = new DataView(value.buffer, value.byteOffset).getFloat64(LOG_POINTS, true);
  const pointsMax = (value.length - LOG_ENTRIES) / PACKED_POINT_BYTES_MIN;
  return Number.isInteger(points) && points >= 0 && points <= pointsMax ? points : 0;
}
