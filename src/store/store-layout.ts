/**
 * The keys of a shard's LMDB environment. Numbers in keys are big endian, so that the order of bytes is the order of
 * numbers. Data that moves with a group begins with the group; what belongs to the shard alone begins with 0xF0.
 *
 * Each key is stored with two bytes of checksum behind it (stored-key.ts).
 *
 *   group 01 page:u32                     SERIES   256 series: number, hash, canonical bytes (series-page.ts)
 *   group 02 page:u32                     SPAN     256 × oldest time, newest time, newest value (span-page.ts)
 *   group 03                              GROUP    what is stored of the open generations (records.ts)
 *   group 04 producer:u32                 WINDOW   which batches of a producer are in blocks (records.ts)
 *   group 05 tier:u8                      TIER     what a tier of the group holds and has lost (records.ts)
 *   group 10 end start gen first last     FRESH    a segment of points, as a flush left it; in no tier yet
 *   group 18 end start gen first last     RAW      a segment of chunks, compacted: inside one stretch
 *   group 19 end start gen first last     1 m      a segment of runs of cells; 5 m, 1 h and 1 d are 1A, 1B, 1C
 *   F0 01                                 SHARD    session and ring position at the last truncation (records.ts)
 *   F0 02 producer:u32                    PRODUCER the name of a producer
 *   F0 03 gen:u32 position:u48            LOG      entries not yet in blocks (log-value.ts)
 *   F0 04 second:u32 index:u16 key        DAMAGE   what was found damaged under that key, set aside
 *   F0 05 id:u32                          INTENT   a delete that has begun and is to be finished (intent.ts)
 *
 * A segment's key ends with the times of its last and its first point (ms + 2^52, 7 bytes each, floored), its
 * generation and the range of series numbers in it: a reader chooses segments by keys alone and touches no page of
 * those that it does not need; a sweep removes the keys below a time.
 */
export const TABLE_SERIES = 0x01;
export const TABLE_SPAN = 0x02;
export const TABLE_GROUP = 0x03;
export const TABLE_WINDOW = 0x04;
export const TABLE_TIER = 0x05;
/** The first table of segments; those of tiers follow (tier-tables.ts). */
export const TABLE_FRESH = 0x10;
export const TABLE_RAW = 0x18;
export const TABLE_ROLLUP_1M = 0x19;
export const TABLE_ROLLUP_5M = 0x1a;
export const TABLE_ROLLUP_1H = 0x1b;
export const TABLE_ROLLUP_1D = 0x1c;

export const PREFIX_SHARD = 0xf0;
export const SHARD_RECORD = 0x01;
export const SHARD_PRODUCER = 0x02;
export const SHARD_LOG = 0x03;
export const SHARD_DAMAGE = 0x04;
export const SHARD_INTENT = 0x05;

export const DAMAGE_SECOND = 2;
export const DAMAGE_INDEX = 6;
export const DAMAGE_KEY = 8;

/** Keeps times before 1970 in order: any finite time is clamped to ±2^52 ms (142,000 years) in keys. */
export const TIME_BIAS = 2 ** 52;

export const SEGMENT_END = 2;
export const SEGMENT_START = 9;
export const SEGMENT_GENERATION = 16;
export const SEGMENT_FIRST = 20;
export const SEGMENT_LAST = 24;
export const SEGMENT_KEY_BYTES = 28;
