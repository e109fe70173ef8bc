import { assert } from '../assert.js';
import { SUB_BLOCK_POSITION_BITS, SUB_BLOCK_VALUES } from './limits.js';

/**
 * The residual stream: unsigned integers u of up to 54 bits, in sub-blocks of 128 (the last one holds the rest), in
 * one bit stream, least significant bit first, padded with zero bits to a whole byte at the end of the stream.
 *
 *   sub-block   +--------+------------------+-------------+---------------+---------------------+
 *               | header | patch head       | low parts   | unary parts   | patches             |
 *               | 8 bits | 13 bits          | n * k bits  | n ones, zeros | (7 + width) * count |
 *               +--------+------------------+-------------+---------------+---------------------+
 *                         if PATCHED                       if UNARY        if PATCHED
 *
 *   header      bits 0..5  k, the width of the low parts, 0..54; 63: this and all later residuals are 0, nothing follows
 *               bit  6     UNARY:   the high part u >> k stands in the unary parts
 *               bit  7     PATCHED: the high parts of a few outliers stand in the patches
 *   patch head  bits 0..6  patches - 1; bits 7..12 width of a patch, 1..54
 *   low parts   u mod 2^k: for k <= 32 n fields of k bits; above, n fields of the low 32 bits and n of the other k - 32
 *   unary parts per value (u >> k) zero bits and a one bit. k <= 31 here. An outlier has a lone one bit
 *   patch       position in the sub-block (7 bits), then u >> k (width bits, low bits first), put above the low part
 *
 * Without UNARY this is frame-of-reference bit-packing with patches (PFOR: Zukowski et al., ICDE 2006); with it, Rice
 * coding (Rice and Plaunt, 1971) whose two halves are stored apart, as Elias and Fano do, so that both decode in tight
 * loops; with k = 0 and patches, a sparse list.
 */
export const HEADER_BITS = 8;
export const LOW_WIDTH_MASK = 0x3f;
export const LOW_WIDTH_MAX = 54;
export const REST_ZERO = 63;
export const UNARY = 0x40;
export const PATCHED = 0x80;
export const UNARY_LOW_WIDTH_MAX = 31;
export const PATCH_COUNT_BITS = SUB_BLOCK_POSITION_BITS;
export const PATCH_WIDTH_BITS = 6;
export const PATCH_HEAD_BITS = PATCH_COUNT_BITS + PATCH_WIDTH_BITS;

assert(1 << PATCH_COUNT_BITS >= SUB_BLOCK_VALUES, 'every value of a sub-block may be a patch');
assert(LOW_WIDTH_MAX < REST_ZERO, 'the end mark must not be a width');
