/** Bounds of the indexer, each with its unit and the reason for its value. */

const MIB = 1024 * 1024;

/** Virtual memory of the index for each series that the folder may have, bytes; ten labels of which each host has its own value take 60 to 170. */
export const INDEX_BYTES_PER_SERIES = 512;

/** Virtual memory of the index at the least, bytes: one series may have 40 KiB of text. */
export const INDEX_BYTES_MIN = 64 * MIB;

/** Part of the machine's memory that the index may take at most, so that a small machine still reserves it. */
export const INDEX_MEMORY_SHARE = 0.5;

/** Series between two moments at which queries see how far a pass has come: some 20 ms. */
export const INDEX_SLICE_SERIES = 8_192;

/** How long the indexer sleeps when no query asks it, ms: new series are mostly in before one does. */
export const INDEX_POLL_MS = 20;

/** Series that may be missing in the stored index before it is stored again, as a share of all and at the least: what a start after a crash decodes. */
export const INDEX_SAVE_SHARE = 0.125;
export const INDEX_SAVE_SERIES_MIN = 16_384;

/** How long no series came before what is missing is stored although it is little, ms. */
export const INDEX_SAVE_QUIET_MS = 60_000;

/** Bytes of the stored index under one checksum. */
export const INDEX_BLOCK_BYTES = MIB;

/** Free disk that storing the index leaves, bytes: it can be built again, points cannot. */
export const INDEX_DISK_RESERVE_BYTES = 256 * MIB;

/** Pages of each group that a loaded index is held against, besides the last. */
export const INDEX_CHECK_PAGES = 4;

/** First wait before a crashed indexer is started again, ms; doubled up to the second. */
export const INDEX_RESTART_MS_MIN = 100;
export const INDEX_RESTART_MS_MAX = 5_000;
