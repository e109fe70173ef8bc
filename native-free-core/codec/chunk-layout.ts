/**
 * A chunk: the points of one series, by ascending time.
 *
 *   +---------+-----------+-------------+--------------+-----------------+
 *   | version | count - 1 | time column | value column | CRC-32C         |
 *   | u8 = 1  | varint    |             |              | u32, little-end |
 *   +---------+-----------+-------------+--------------+-----------------+
 *
 * The checksum covers everything before it. Every version ends with it, so that damage and a newer version can be told
 * apart. A chunk doesn't hold its own length: the store that keeps it does.
 */
export const CHUNK_VERSION = 1;
export const VERSION_OFFSET = 0;
export const COUNT_OFFSET = 1;
export const CHECKSUM_BYTES = 4;

/** Version, count in up to three bytes, checksum. */
export const CHUNK_HEAD_AND_TAIL_BYTES_MAX = 1 + 3 + CHECKSUM_BYTES;

/** Version, count, two form bytes, checksum: anything shorter is no chunk of any version. */
export const CHUNK_BYTES_MIN = 1 + 1 + 2 + CHECKSUM_BYTES;
