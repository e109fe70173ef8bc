import { assert } from '../assert.js';
import { DECIMAL_EXPONENT_MAX } from './limits.js';

/**
 * A column: one form byte, then what the form says. The count of values is not in it: the owner keeps that.
 *
 *   form byte  0xEK, E = 0..14   a decimal column: value = mantissa / 10^E, mantissas as kind K says
 *              0xFK              another form
 *
 * Decimal kinds. z(x): zigzag varint; v(x): varint; m: mantissas, divided by g if the kind has DIVIDED set
 *
 *   0 FLAT      [v(g - 1)] z(min m)          residuals m(i) - min m                                     n of them
 *   1 DELTA     [v(g - 1)] z(m0)             residuals zigzag(m(i) - m(i-1))                            n - 1
 *   2 CENTRED   [v(g - 1)] z(m0) z(c)        residuals zigzag(m(i) - m(i-1) - c)                        n - 1
 *   3 SECOND    [v(g - 1)] z(m0) z(m1 - m0)  residuals zigzag(m(i) - 2 m(i-1) + m(i-2))                 n - 2
 *   4 LINEAR    z(m0) z(step)                m(i) = m0 + i * step
 *   5 MULTIPLES v(step) v(m0 / step)         the same where step > 0 divides m0 >= 0
 *   6 CONSTANT  z(m0)
 *   8..11       kinds 0..3 DIVIDED: every mantissa is a multiple of g >= 2
 *
 * Other forms. Words are little-endian
 *
 *   0xF0 RAW         n doubles
 *   0xF1 SAME        one double, n times
 *   0xF2 WORDS_FLAT  u8 t, u32 r: residuals high(i) - r (r: the least high word), then n fields of 32 - t bits: low(i) >> t
 *   0xF3 WORDS_DELTA u8 t, u32 r: r = high(0), residuals zigzag(high(i) - high(i-1) mod 2^32), n - 1 of them, then as above
 *   0xF4 SPLIT       u8 t + 64 * signs, u16 x: residuals (x - exponent(i)), doubled plus the sign bit if signs = 2, n of them,
 *                    then n fields of max(0, 32 - t) bits: low(i) >> t, and n of min(20, 52 - t): the mantissa's high part;
 *                    x: the greatest biased exponent; signs 0: all positive, 1: all negative, 2: both
 *   0xF5 REPEAT      v(runs - 1), residuals (length of run - 1), then a column of the runs' values, of form 0xF0..0xF4
 *   0xF6 PATCHED     v(exceptions - 1), v(position - position before - 1) each, a decimal column of all n values, in which
 *                    an exception's place holds anything, and a column of the exceptions, of form 0xF0..0xF4
 *
 * t: trailing bits that are zero in every low word (mantissa, for SPLIT). Fields of the float forms are one bit stream
 * after the residuals' last byte, least significant bit first, padded to a byte.
 */
export const KIND_FLAT = 0;
export const KIND_DELTA = 1;
export const KIND_CENTRED = 2;
export const KIND_SECOND = 3;
export const KIND_LINEAR = 4;
export const KIND_MULTIPLES = 5;
export const KIND_CONSTANT = 6;
export const DIVIDED = 8;

export const FORM_OTHER = 0xf0;
export const FORM_RAW = 0xf0;
export const FORM_SAME = 0xf1;
export const FORM_WORDS_FLAT = 0xf2;
export const FORM_WORDS_DELTA = 0xf3;
export const FORM_SPLIT = 0xf4;
export const FORM_REPEAT = 0xf5;
export const FORM_PATCHED = 0xf6;

export const SIGNS_POSITIVE = 0;
export const SIGNS_NEGATIVE = 1;
export const SIGNS_BOTH = 2;
export const SIGNS_SHIFT = 6;
export const TRAILING_MASK = 0x3f;

/** Bytes before the residuals: form, t, reference word; and form, t with signs, greatest exponent. */
export const WORDS_HEAD_BYTES = 6;
export const SPLIT_HEAD_BYTES = 4;

/** A double's mantissa is 52 bits: 32 in the low word, 20 in the high one under 11 of exponent and the sign. */
export const MANTISSA_BITS = 52;
export const HIGH_MANTISSA_BITS = 20;
export const HIGH_MANTISSA_MASK = 0xfffff;
export const EXPONENT_MASK = 0x7ff;

assert(DECIMAL_EXPONENT_MAX << 4 < FORM_OTHER, 'decimal form bytes must end below the other forms');
