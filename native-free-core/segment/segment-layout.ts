/**
 * A segment: one value of a store that holds the encoded runs of many series of a group.
 *
 *   0  u8 format version | u8 kind (below) | u16 0
 *   4  u32 CRC32C of bytes 8 .. 16 + directory bytes, with bytes 0-3 mixed in (segment-checksum.ts)
 *   8  u32 runs | 12 u32 directory bytes
 *   16 directory, a run: varint series number minus the one before (the first: minus the first number of the key),
 *      varint bytes of the run
 *   …  the runs, end to end, each with a checksum of its own: a flipped bit takes one series' run, not its neighbours
 *
 * Numbers ascend; one series may have several runs in a row. A run of SEGMENT_BATCH holds several series (batch-layout.ts);
 * the directory has the number of the first.
 */
export const SEGMENT_VERSION = 1;
/** Kinds: chunks of points, runs of cells, batches of points. */
export const SEGMENT_RAW = 1;
export const SEGMENT_ROLLUP = 2;
export const SEGMENT_BATCH = 3;

export const SEGMENT_KIND = 1;
export const SEGMENT_CHECKSUM = 4;
export const SEGMENT_RUNS = 8;
export const SEGMENT_DIRECTORY_BYTES = 12;
export const SEGMENT_DIRECTORY = 16;
