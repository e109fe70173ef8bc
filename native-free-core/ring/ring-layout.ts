import { assert } from '../assert.js';
import { RING_BYTES } from '../limits.js';

/**
 * The bytes of a ring: one SharedArrayBuffer, a head of control words and a power of two of data.
 *
 *   0     PUBLISHED   int32  written by the producer: entries before it may be read
 *   128   TAKEN       int32  written by the consumer: entries before it are applied ("memory" level)
 *   256   COMMITTED   int32  written by the consumer: entries before it are durable; their bytes may be reused
 *   384   SLEEPING    int32  written by the consumer: 1 while it waits on PUBLISHED
 *   512   STOP        int32  written by the supervisor: 1 asks the consumer to store everything and end
 *   640   NOTIFIED    int32  set by the consumer when it told the producer of progress, cleared by the producer
 *   768   HIGHEST     int32  written by the producer: the fullest the ring has been, in units
 *   896   BASE        int32  written by the producer, only while the ring is empty: the position that lies at the data's begin
 *   1024  data
 *
 * Positions count units of 8 bytes since the ring was made, modulo 2^32; they are compared by difference, which
 * is right while the ring is shorter than 2^31 units. An entry lies at (position - BASE) modulo the ring's size: a ring that runs
 * empty begins anew at the data's begin, so that a light load stays in the cache and leaves the rest untouched. Each word lies on 128 bytes of its own (two cache lines:
 * processors fetch them in pairs). Entries are described in entry/entry-layout.ts; none wraps: padding fills the
 * end of the data instead.
 */
export const WORD_PUBLISHED = 0;
export const WORD_TAKEN = 32;
export const WORD_COMMITTED = 64;
export const WORD_SLEEPING = 96;
export const WORD_STOP = 128;
export const WORD_NOTIFIED = 160;
export const WORD_HIGHEST = 192;
export const WORD_BASE = 224;
export const DATA_OFFSET = 1_024;
export const UNIT_BYTES = 8;

/** Bytes of shared memory for a ring of `dataBytes`. */
export function ringMemoryBytes(dataBytes: number): number {
  assert(
    Number.isInteger(Math.log2(dataBytes)) && dataBytes >= 4_096,
    'a ring must be a power of two of bytes',
  );
  return DATA_OFFSET + dataBytes;
}

assert(RING_BYTES / UNIT_BYTES < 2 ** 31, 'ring positions must compare by difference');
