/**
 * The HdrHistogram V2 encoding, uncompressed, big endian: what HistogramLogWriter compresses. Source: the public-domain
 * reference, AbstractHistogram.encodeIntoByteBuffer of HdrHistogram 2.1.
 *
 *      0          4                8                12       16                   24
 *     +----------+----------------+----------------+--------+--------------------+--------------------+
 *     | cookie   | payload length | normalizing    | digits | lowest discernible | highest trackable  |
 *     | u32      | u32            | index offset   | u32    | u64                | u64                |
 *     +----------+----------------+----------------+--------+--------------------+--------------------+
 *     | integer to double ratio   | payload: zigzag LEB128 counts from slot 0 on, and for a run of n >= 2
 *     | f64, at 32                | empty slots -n, up to the slot of the largest value
 *     +---------------------------+--------------------------------------------------------------------
 *
 * Slots, for 2^h >= 10^digits halves (h: half magnitude) and units of 2^u (u = floor(log2(lowest))):
 *
 *     slot 0 .. 2^(h+1) - 1            width 2^u
 *     each further 2^h slots           width doubles
 */
export const HDR_V2_COOKIE = 0x1c84_9303 | 0x10;
/** The low byte's high half tells word sizes of older forms; V2 readers mask it out. */
export const HDR_COOKIE_MASK = 0xffff_ff0f;
export const HDR_V2_COOKIE_BASE = 0x1c84_9303;

export const COOKIE_OFFSET = 0;
export const PAYLOAD_LENGTH_OFFSET = 4;
export const NORMALIZING_OFFSET = 8;
export const DIGITS_OFFSET = 12;
export const LOWEST_OFFSET = 16;
export const HIGHEST_OFFSET = 24;
export const RATIO_OFFSET = 32;
export const HEADER_BYTES = 40;

export const DIGITS_MAX = 5;
/** Larger integers are not exact in a double. */
export const HDR_VALUE_MAX = Number.MAX_SAFE_INTEGER;
