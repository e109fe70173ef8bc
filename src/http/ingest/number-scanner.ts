/**
 * Reads JSON numbers from bytes to exactly the double that JSON.parse gives.
 *
 * The fast path is Clinger's: a mantissa of at most 2^53 and a power of ten of at most 10^22 are both exact
 * doubles, so that one multiplication or division rounds once, correctly (W. D. Clinger, "How to read floating
 * point numbers accurately", 1990). The rest, mostly numbers of 17 digits, goes through Number().
 */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const MANTISSA_MAX = 2 ** 53;

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;

export class NumberScanner {
  /** The last number read. A field, because answering an object would allocate one a point. */
  value = 0.5;

  /**
   * Reads the number at `at`.
   * @returns the position after it, or -1 where the bytes are no JSON number
   */
  scan(bytes: Uint8Array, at: number, end: number): number {
    let position = at;
    let mantissa = 0;
    let exponent = 0;
    const negative = bytes[position] === MINUS;
    if (negative) position++;
    const integerStart = position;
    let code = position < end ? bytes[position]! : 0;
    while (code >= ZERO && code <= NINE) {
      mantissa = mantissa * 10 + (code - ZERO);
      position++;
      code = position < end ? bytes[position]! : 0;
    }
    const integerDigits = position - integerStart;
    // JSON: at least one digit, and no leading zero before another.
    if (integerDigits === 0 || (integerDigits > 1 && bytes[integerStart] === ZERO)) return -1;
    if (code === DOT) {
      const fractionStart = ++position;
      code = position < end ? bytes[position]! : 0;
      while (code >= ZERO && code <= NINE) {
        mantissa = mantissa * 10 + (code - ZERO);
        position++;
        code = position < end ? bytes[position]! : 0;
      }
      if (position === fractionStart) return -1;
      exponent = fractionStart - position;
    }
    if ((code | 0x20) === LOWER_E) {
      const exponentEnd = this.#skipExponent(bytes, position + 1, end);
      if (exponentEnd < 0) return -1;
      return this.#parseSlowly(bytes, at, exponentEnd);
    }
    // A mantissa that passed 2^53 may have been rounded on the way, but never back below it.
    if (mantissa >= MANTISSA_MAX || exponent < -22) return this.#parseSlowly(bytes, at, position);
    const magnitude = exponent === 0 ? mantissa : mantissa / POWERS_OF_TEN[-exponent]!;
    this.value = negative ? -magnitude : magnitude;
    return position;
  }

  #skipExponent(bytes: Uint8Array, at: number, end: number): number {
    let position = at;
    if (position < end && (bytes[position] === PLUS || bytes[position] === MINUS)) position++;
    const start = position;
    while (position < end && bytes[position]! >= ZERO && bytes[position]! <= NINE) position++;
    return position === start ? -1 : position;
  }

  #parseSlowly(bytes: Uint8Array, start: number, end: number): number {
    let text = '';
    // Numbers are short and ASCII: this beats a TextDecoder's call.
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
    this.value = Number(text);
    return end;
  }
}
