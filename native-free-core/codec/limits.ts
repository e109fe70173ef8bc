import { assert } from '../assert.js';

/** Points a chunk or values a column may hold. Bounds every scratch array of the codec (about 3 MiB of address
 * space a thread, touched only as far as the longest column seen) and what one malformed count can ask for. */
export const COLUMN_VALUES_MAX = 65_536;

/** Residuals that share one header byte. Long enough that the byte costs 0.06 bits a value, short enough that a
 * change in the behaviour of a series is followed; a patch's position has to fit `SUB_BLOCK_POSITION_BITS`. */
export const SUB_BLOCK_VALUES = 128;
export const SUB_BLOCK_POSITION_BITS = 7;

/** Sub-blocks of the longest column. */
export const SUB_BLOCKS_MAX = COLUMN_VALUES_MAX / SUB_BLOCK_VALUES;

/** Largest power of ten a decimal column is divided by. 10^14 times one is still below 2^53. */
export const DECIMAL_EXPONENT_MAX = 14;

assert(
  SUB_BLOCK_VALUES === 1 << SUB_BLOCK_POSITION_BITS,
  'a patch position must reach every value of a sub-block',
);
assert(Number.isInteger(SUB_BLOCKS_MAX), 'the longest column must be whole sub-blocks');
assert(10 ** DECIMAL_EXPONENT_MAX < Number.MAX_SAFE_INTEGER, 'the power of ten must be exact');
