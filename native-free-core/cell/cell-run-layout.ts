import { assert } from '../assert.js';
import { COLUMN_VALUES_MAX } from '../codec/limits.js';
import { FLOAT_DIGITS, LATTICE_DIGITS_MAX } from './value-lattice.js';

/**
 * A run of cells as bytes. The window length is not in it: the tier knows it. docs/formats/cells.md explains why
 * each field is what it is.
 *
 *     +---------+-------+--------+-------------+---------------------+------------------------+
 *     | version | flags | digits | varint rows | zigzag first window | columns of the windows,|
 *     | u8      | u8    | u8     |  - 1        |  index              | counts and times       |
 *     +---------+-------+--------+-------------+---------------------+------------------------+
 *     | bits: 6 Rice parameters, then the rows, to a byte            | CRC-32C, little endian |
 *     +--------------------------------------------------------------+------------------------+
 *
 * digits: of the lattice of values (value-lattice.ts) + 1. The columns, each over all rows, in this order:
 *
 *     windows      nothing if CONTIGUOUS, else a column of rows - 1: windows skipped before each row but the first
 *     counts       varint if SAME_COUNT, else a column
 *     first times  varint if SAME_FIRST_TIME, else a column: ms after the window's start
 *     last times   varint if SAME_LAST_TIME, else a column: ms after the first time
 *
 * A column is one of codec/column-layout.ts. With ABSOLUTE_TIMES the times are columns of ms since the epoch (for times
 * whose distances a float64 cannot hold).
 *
 * Rice parameters, 6 bits each, of: first places, ranges, sums, ulps of sums, squares, ulps of squares. ABSENT: all are 0
 * and not written. A row, in this order; [..] is there only under the condition:
 *
 *     rice(zigzag(place of min - place of the min of the row before))
 *     [count >= 2]        rice(range - 1), where range = place of max - place of min + 1
 *     [range >= 2]        the buckets' places and counts (histogram/bucket-split.ts)
 *     [min's bucket holds several numbers]
 *       [same place as the row before] 1 bit: the same min, else
 *                         uniform(residual of min)
 *     [count >= 2, max's bucket holds several numbers]
 *       [range = 1]       1 bit: max = min, else
 *                         uniform(residual of max)
 *     [min < max]
 *       [count = 2]       1 bit: the first value is max, and the last one min
 *       [count >= 3]      first value, last value, each as: uniform(which of the buckets), and if that holds several numbers
 *                         [lowest] 1 bit: is min, else [highest] 1 bit: is max, else uniform(residual)
 *     [no RAW_SUMS]       rice(zigzag(sum in units - predicted)), rice(zigzag(ulps))
 *     [RAW_SUMS]          the sum's low word, high word
 *     [..]                the same for the squares, with units squared and RAW_SQUARES
 */
export const CELL_RUN_VERSION = 2;

/** Written before there were pairs of buckets (histogram/bucket.ts): the same, but that places count fine buckets (fine-bucket.ts). Still read. */
export const CELL_RUN_VERSION_FINE = 1;

export const VERSION_OFFSET = 0;
export const FLAGS_OFFSET = 1;
export const DIGITS_OFFSET = 2;
export const HEADER_BYTES = 3;
export const CHECKSUM_BYTES = 4;

export const CONTIGUOUS = 1;
export const SAME_COUNT = 2;
export const SAME_FIRST_TIME = 4;
export const SAME_LAST_TIME = 8;
export const ABSOLUTE_TIMES = 16;
export const RAW_SUMS = 32;
export const RAW_SQUARES = 64;
export const FLAGS_ALL = 127;

export const RICE_PARAMETER_BITS = 6;
export const ABSENT = 63;
export const RICE_PARAMETER_MAX = 53;

/** Cells in one run: what a column can hold. */
export const CELL_RUN_ROWS_MAX = COLUMN_VALUES_MAX;

/** Residuals at least this large are not folded within 53 bits; the number is written in full instead. */
export const RESIDUAL_MAX = 2 ** 51;

/** What the decoder answers instead of an offset. */
export const CELL_RUN_MALFORMED = -1;
export const CELL_RUN_CORRUPT = -2;
export const CELL_RUN_NEWER_VERSION = -3;

/** Folds a signed integer to 0, 1, 2, ... for 0, -1, 1, ... */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function unzigzag(folded: number): number {
  return folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2;
}

assert(RICE_PARAMETER_MAX < ABSENT, 'ABSENT must not be a Rice parameter');
assert(LATTICE_DIGITS_MAX - FLOAT_DIGITS < 256, 'the digits of a lattice must fit a byte');

/**
 * Bytes of a row without its buckets, at most: six numbers in Rice codes of up to 16 + 6 + 53 bits, four residuals of up
 * to 46 bits with a choice of a bucket and two flags each. A number in full needs less.
 */
export const ROW_BYTES_MAX = Math.ceil((6 * 75 + 4 * (46 + 21 + 2)) / 8);
