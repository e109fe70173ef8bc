import { assert } from '../assert.js';
import { ARENA_BYTES_HARD, ARENA_BYTES_PER_SERIES, GROUP_COUNT, SERIES_TOTAL_MAX } from '../limits.js';

/**
 * The open state of one shard: points that are in the log but not yet in blocks, in memory shared with readers.
 *
 * Control words, an Int32Array on their own buffer:
 *   0   SEQUENCE    odd while the writer changes anything; even and unchanged around a read = the read is whole
 *   32  GENERATION  generation of the arena that takes points now; arena = generation & 1
 *   64  RELEASED    highest generation whose arena may have been overwritten
 *   96  SLOTS       slots below it may be in use
 *   128 READY       1 when recovery is over
 *
 * A line per slot, 64 bytes, so that a point touches one line here and two in an arena:
 *   0  u32 generation in arena 0 | u32 first extent | u32 last extent | u32 points
 *   16 u32 generation in arena 1 | u32 first extent | u32 last extent | u32 points
 *   32 f64 time of the newest point, ms | 40 f64 its value
 *   48 u32 metric index | 52 u32 flags (1: defined, 2: has had a point) and, above them, points forgotten
 *   56 f64 time of the oldest point, ms
 *
 * An arena is an array of units of 128 bytes (16 float64), and beside it a link a unit. A series' points in an arena
 * are a chain of extents: the first of 8 points (one unit), the second of 16, all others of 32. A point's time and value
 * lie side by side:  | t0 v0 | t1 v1 | … |.  The link of an extent's first unit is the next extent.
 * A series with few points costs little, one with many is read in long runs.
 */
export const WORD_SEQUENCE = 0;
export const WORD_GENERATION = 32;
export const WORD_RELEASED = 64;
export const WORD_SLOTS = 96;
export const WORD_READY = 128;
export const CONTROL_WORDS = 160;

export const LINE_BYTES = 64;
/** Shifts from a slot to its line in 32-bit and in 64-bit words. */
export const LINE_SHIFT_U32 = 4;
export const LINE_SHIFT_F64 = 3;

/** In 32-bit words from the line's begin, plus 4 × arena. */
export const LINE_GENERATION = 0;
export const LINE_FIRST = 1;
export const LINE_LAST = 2;
export const LINE_COUNT = 3;
export const LINE_METRIC = 12;
export const LINE_FLAGS = 13;
/** In 64-bit words from the line's begin. */
export const LINE_NEWEST_MS = 4;
export const LINE_NEWEST_VALUE = 5;
export const LINE_OLDEST_MS = 7;

export const FLAG_DEFINED = 1;
export const FLAG_HAS_POINT = 2;
/**
 * The other 30 bits of the flags: how many points the slot had in generations that its line no longer speaks of, modulo 2^30. With the
 * points of both arenas that makes the points of the slot since the state was built, so that a reader knows how many it has not seen.
 */
export const FORGOTTEN_SHIFT = 2;
export const SLOT_POINTS_MASK = 2 ** 30 - 1;

export const UNIT_BYTES = 128;
export const UNIT_FLOATS = 16;

/** Points of the first extent, of the second, and of all others; and the points before each of these classes. */
export const EXTENT_FIRST = 8;
export const EXTENT_SECOND = 16;
export const EXTENT_OTHER = 32;
export const BEFORE_SECOND = EXTENT_FIRST;
export const BEFORE_OTHER = EXTENT_FIRST + EXTENT_SECOND;

/** Slots that one shard with `groupCount` groups may use: its share of all series, with room for an uneven hash. */
export function slotsMaxOf(groupCount: number, seriesTotal: number = SERIES_TOTAL_MAX): number {
  return Math.ceil((seriesTotal / GROUP_COUNT) * 1.25 + 4_096) * groupCount;
}

assert(
  ARENA_BYTES_HARD % UNIT_BYTES === 0 && ARENA_BYTES_HARD / UNIT_BYTES < 2 ** 31,
  'extents must fit 31 bits',
);
assert(
  ARENA_BYTES_PER_SERIES > UNIT_BYTES,
  'an arena must not be full as soon as each series has its first extent',
);
