import { loadWord, trailingZeros } from '../codec/bits.js';
import { bitLength53, FULL_LENGTH_BITS, RICE_QUOTIENT_MAX } from './bit-sink.js';

const WORD = 2 ** 32;
/** What one load promises after up to 7 skipped bits. */
const PEEK_BITS = 25;

/**
 * Reads what BitSink writes. Bits at and after the end are zero, so nothing throws; the caller asks `overrun`
 * once in a while and then drops what it has read.
 */
export class BitSource {
  #bytes: Uint8Array = new Uint8Array(0);
  #base = 0;
  #end = 0;
  #bit = 0;

  start(bytes: Uint8Array, offset: number, end: number): void {
    this.#bytes = bytes;
    this.#base = offset;
    this.#end = end;
    this.#bit = 0;
  }

  /** True once more was read than there is. */
  get overrun(): boolean {
    return this.#bit > (this.#end - this.#base) * 8;
  }

  /** The offset of the first byte of which nothing was read. */
  get offset(): number {
    return this.#base + Math.ceil(this.#bit / 8);
  }

  /** The next `PEEK_BITS` bits at least, the next one lowest; above them is garbage. */
  peek(): number {
    return loadWord(this.#bytes, this.#base + (this.#bit >>> 3), this.#end) >>> (this.#bit & 7);
  }

  skip(width: number): void {
    this.#bit += width;
  }

  /** An unsigned integer of 0..32 bits. */
  bits(width: number): number {
    if (width <= PEEK_BITS) {
      const value = this.peek() & ((1 << width) - 1);
      this.#bit += width;
      return value;
    }
    const low = this.bits(16);
    return low + this.bits(width - 16) * 0x1_0000;
  }

  /** A safe integer of 0..53 bits. */
  wide(width: number): number {
    if (width <= 32) return this.bits(width);
    const low = this.bits(32);
    return low + this.bits(width - 32) * WORD;
  }

  /** Ones up to a zero or to `max` of them; the zero is taken, too. */
  #unary(max: number): number {
    let count = 0;
    for (;;) {
      const ones = trailingZeros(~this.peek());
      if (ones < PEEK_BITS && count + ones < max) {
        this.#bit += ones + 1;
        return count + ones;
      }
      const taken = Math.min(ones, PEEK_BITS, max - count);
      this.#bit += taken;
      count += taken;
      if (count === max) return max;
    }
  }

  rice(k: number): number {
    const bits = this.peek();
    const ones = trailingZeros(~bits);
    if (ones + 1 + k <= PEEK_BITS && ones < RICE_QUOTIENT_MAX) {
      this.#bit += ones + 1 + k;
      return (ones << k) | ((bits >>> (ones + 1)) & ((1 << k) - 1));
    }
    return this.#wideRice(k);
  }

  #wideRice(k: number): number {
    const quotient = this.#unary(RICE_QUOTIENT_MAX);
    if (quotient < RICE_QUOTIENT_MAX) return quotient * 2 ** k + this.wide(k);
    return this.wide(Math.min(this.bits(FULL_LENGTH_BITS), 53));
  }

  /** Infinity for a code that no writer makes. */
  expGolomb(k: number): number {
    const group = this.#unary(53);
    if (k + group > 53) return Number.POSITIVE_INFINITY;
    if (k + group < 30) return (1 << (k + group)) - (1 << k) + this.bits(k + group);
    return 2 ** (k + group) - 2 ** k + this.wide(k + group);
  }

  uniform(size: number): number {
    if (size >= 2 ** 24) return this.#wideUniform(size);
    const width = 31 - Math.clz32(size);
    const short = 2 * (1 << width) - size;
    const bits = this.peek();
    const value = bits & ((1 << width) - 1);
    if (value < short) {
      this.#bit += width;
      return value;
    }
    this.#bit += width + 1;
    return value * 2 + ((bits >>> width) & 1) - short;
  }

  #wideUniform(size: number): number {
    const width = bitLength53(size) - 1;
    const short = 2 ** (width + 1) - size;
    const value = this.wide(width);
    return value < short ? value : value * 2 + this.bits(1) - short;
  }
}
