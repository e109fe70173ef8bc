/**
 * A batch: the points of several neighbouring series of a group, as columns over all of them. A flush writes batches
 * where series have few points each, because a chunk a series would cost more than its points.
 *
 *   +----------+-------+------------+------------+-----------------+
 *   | version  | flags | series - 1 | points - 1 | last number     |
 *   | u8 = 1   | u8    | varint     | varint     | - first, varint |
 *   +----------+-------+------------+------------+-----------------+
 *   | numbers  nothing if CONTIGUOUS, else a column of series - 1: numbers skipped before each series but the first    |
 *   | counts   nothing if SAME_COUNT, else a column of series: points of each                                          |
 *   | times    if ABSOLUTE_TIMES a column of points: ms since the epoch; else a column of series: the first time of    |
 *   |          each, and a column of points - series: each further time less the one before it                         |
 *   | values   a column of points                                                                                      |
 *   +------------------------------------------------------------------------------------------------------------------+
 *   | CRC-32C, u32, little endian, of everything before it |
 *   +-------------------------------------------------------+
 *
 * Columns are those of codec/column-layout.ts. The first number is in the directory of the segment. Points of a series
 * ascend by time, equal times in the order of arrival.
 */
export const BATCH_VERSION = 1;

export const BATCH_VERSION_OFFSET = 0;
export const BATCH_FLAGS_OFFSET = 1;
export const BATCH_HEAD_BYTES = 2;
export const BATCH_CHECKSUM_BYTES = 4;

export const BATCH_CONTIGUOUS = 1;
export const BATCH_SAME_COUNT = 2;
/** For times whose distances a float64 can't hold. */
export const BATCH_ABSOLUTE_TIMES = 4;
export const BATCH_FLAGS_ALL = 7;

/** Head, three varints, two empty columns, one value in each of the others, and the checksum: no batch is shorter. */
export const BATCH_BYTES_MIN = BATCH_HEAD_BYTES + 3 + 2 * 2 + BATCH_CHECKSUM_BYTES;
