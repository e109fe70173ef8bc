/**
 * The shortest decimal text that reads back as the same number, as ECMAScript's Number::toString has it, written digit by digit into bytes:
 * a fifth of the time of String(value) and a copy of that text.
 *
 * A number v is scaled to sixteen digits before the point by an exact product (Dekker 1971: a double and its error). Of all decimals of 15
 * digits only the nearest can read back as v, since they lie further apart than numbers do; else the nearest one of 16 digits, if it
 * does; else the nearest one of 17, which always does. That the nearest one of 16 fails and another does not takes numbers whose neighbours are
 * not equally far, the powers of two: those of this range that are not whole have 15 digits at most.
 *
 * Whether a decimal reads back is tested by v + its distance from v === v. The distance is exact but for its last bit; a decimal of 17 digits differs from the
 * middle of two numbers of this range by 2⁻⁴⁵ of its last digit at least, if at all, which is many times as much.
 */

/** Numbers that are written here: their scales are exact, and no candidate lies so near the middle of two numbers that the test could err. */
const VALUE_MIN = 1e-3;
const VALUE_END = 1e15;
/** Bytes that a number may take here: three zeros and a point before the first digit, and 17 digits. */
export const DECIMAL_BYTES_MAX = 24;

const [ZERO, POINT] = [0x30, 0x2e];
/** Digits before the point of what a number is scaled to. */
const DIGITS = 16;
/** Splits a double into halves of 26 bits whose products are exact (Veltkamp). */
const SPLIT = 2 ** 27 + 1;
/** How near to the middle of two candidates their choice is left to the library. */
const NEAR_TIE = 1e-6;

const POWERS = Float64Array.from({ length: DIGITS + 3 }, (_, k) => Number(`1e${k}`));
/** The upper halves of the powers, in the sense of `SPLIT`. */
const UPPER = POWERS.map((power) => SPLIT * power - (SPLIT * power - power));

/**
 * Writes a positive number that is not whole, from byte `at` on, and answers where it ends; −1 where it is none that is written here, and
 * nothing is written. `out` has room for DECIMAL_BYTES_MAX.
 */
export function writeDecimal(value: number, out: Uint8Array, at: number): number {
  if (!(value >= VALUE_MIN && value < VALUE_END)) return -1;
  const exponent = exponentOf(value);
  const places = DIGITS - 1 - exponent;
  const power = POWERS[places]!;
  // value * power is exactly product + error.
  const product = value * power;
  const powerUpper = UPPER[places]!;
  const powerLower = power - powerUpper;
  const split = SPLIT * value;
  const upper = split - (split - value);
  const lower = value - upper;
  const error = upper * powerUpper - product + upper * powerLower + lower * powerUpper + lower * powerLower;
  const whole = Math.floor(product);
  const fraction = product - whole + error;

  // Fifteen digits, then the sixteenth and seventeenth.
  let head = Math.floor(whole / 10);
  const rest = whole - head * 10;
  const up = rest + fraction >= 5 ? 1 : 0;
  let tail = 0;
  if (value + (10 * up - rest - fraction) / power === value) {
    head += up;
  } else {
    const rounded = Math.floor(fraction + 0.5);
    if (value + (rounded - fraction) / power === value) {
      if (Math.abs(rounded - fraction) > 0.5 - NEAR_TIE) return -1;
      tail = (rest + rounded) * 10;
    } else {
      const tenths = Math.floor(fraction * 10 + 0.5);
      if (Math.abs(tenths - fraction * 10) > 0.5 - NEAR_TIE) return -1;
      tail = rest * 10 + tenths;
    }
    if (tail < 0) {
      tail += 100;
      head--;
    } else if (tail >= 100) {
      tail -= 100;
      head++;
    }
  }
  // Rounded up to one more digit.
  if (head >= POWERS[DIGITS - 1]!) return -1;
  return writeDigits(head, tail, exponent, out, at);
}

/** Of the first digit: 2 of 123.4, −1 of 0.1. */
function exponentOf(value: number): number {
  if (value < 1) return value >= 0.1 ? -1 : value >= 0.01 ? -2 : -3;
  let exponent = 0;
  while (value >= POWERS[exponent + 1]!) exponent++;
  return exponent;
}

/** Writes the digits of `head` (15) and `tail` (two) with the point behind that of `exponent`, without zeros at the end. */
// Five arguments: a number in parts, and where to.
function writeDigits(head: number, tail: number, exponent: number, out: Uint8Array, at: number): number {
  let first = at;
  for (let i = exponent; i < 0; i++) {
    out[first++] = ZERO;
    if (i === exponent) out[first++] = POINT;
  }
  // Where the whole part goes is moved by one, for the point, when it is written.
  const digits = exponent < 0 ? first : first + 1;
  const upper = Math.floor(head / 1e8);
  write(upper, 7, out, digits);
  write(head - upper * 1e8, 8, out, digits + 7);
  write(tail, 2, out, digits + 15);
  if (exponent >= 0) {
    for (let i = 0; i <= exponent; i++) out[first + i] = out[digits + i]!;
    out[digits + exponent] = POINT;
  }
  let end = digits + DIGITS + 1;
  while (out[end - 1] === ZERO) end--;
  return end;
}

/** Writes `count` digits of a whole number below 2³¹. */
// Four arguments: what, and where to.
function write(value: number, count: number, out: Uint8Array, at: number): void {
  let rest = value | 0;
  for (let i = at + count - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    out[i] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
}
