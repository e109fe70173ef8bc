/**
 * Entries: what the front end hands to a shard, in the ring and, but for commands, in the log. Little endian, each
 * begins at a multiple of 8 and is a multiple of 8 long.
 *
 *   every entry   0 u32 length in units of 8 bytes | 4 u32 kind, time form << 8
 *
 *   POINTS        8 u32 points | 12 u32 producer (0: none) | 16 f64 seq | 24 f64 base, ms | 32 f64 arrival, ms
 *                 40 slots u32 × n, to a multiple of 8
 *                    times: form BASE none · form DELTA i32 × n added to the base, to a multiple of 8 · form FULL f64 × n
 *                    values f64 × n
 *   SERIES        8 u32 slot | 12 u32 key bytes | 16 hash, 4 × u32 | 32 canonical bytes of the series, to a multiple of 8
 *   PRODUCER      8 u32 producer | 12 u32 name bytes | 16 name, UTF-8, to a multiple of 8
 *   COMMAND       8 u32 id | 12 u32 text bytes | 16 the command, JSON, to a multiple of 8; only in the ring
 *   PADDING       nothing: the end of the ring
 */
export const ENTRY_UNITS_WORD = 0;

export const ENTRY_PADDING = 0;
export const ENTRY_POINTS = 1;
export const ENTRY_SERIES = 2;
export const ENTRY_PRODUCER = 3;
export const ENTRY_COMMAND = 4;

export const TIMES_BASE = 0;
export const TIMES_DELTA = 1;
export const TIMES_FULL = 2;

export const POINTS_COUNT = 8;
export const POINTS_PRODUCER = 12;
export const POINTS_SEQ = 16;
export const POINTS_BASE_MS = 24;
export const POINTS_ARRIVAL_MS = 32;
export const POINTS_SLOTS = 40;

export const SERIES_SLOT = 8;
export const SERIES_KEY_BYTES = 12;
export const SERIES_HASH = 16;
export const SERIES_KEY = 32;

export const PRODUCER_REF = 8;
export const PRODUCER_NAME_BYTES = 12;
export const PRODUCER_NAME = 16;

export const COMMAND_ID = 8;
export const COMMAND_TEXT_BYTES = 12;
export const COMMAND_TEXT = 16;

export const entryKindWord = (kind: number, timeForm: number): number => kind | (timeForm << 8);
export const kindOf = (word: number): number => word & 0xff;
export const timeFormOf = (word: number): number => (word >>> 8) & 0xff;

const align8 = (bytes: number): number => (bytes + 7) & ~7;

/** Where the times of a points entry begin, from the entry's begin. */
export const pointsTimesOffset = (count: number): number => POINTS_SLOTS + align8(count * 4);

/** Where its values begin. */
export const pointsValuesOffset = (count: number, timeForm: number): number =>
  pointsTimesOffset(count) +
  (timeForm === TIMES_FULL ? count * 8 : timeForm === TIMES_DELTA ? align8(count * 4) : 0);

export const pointsEntryBytes = (count: number, timeForm: number): number =>
  pointsValuesOffset(count, timeForm) + count * 8;

export const seriesEntryBytes = (keyBytes: number): number => SERIES_KEY + align8(keyBytes);
export const producerEntryBytes = (nameBytes: number): number => PRODUCER_NAME + align8(nameBytes);
export const commandEntryBytes = (textBytes: number): number => COMMAND_TEXT + align8(textBytes);
