import { bitLength, storeWord } from '../codec/bits.js';

const WORD = 2 ** 32;
/** Below this the shift operators do, which keeps the hot paths in untagged integers. */
const SMALL = 2 ** 30;

/** A quotient of this many ones says that the value follows in full: bounds what a wild value can cost. */
export const RICE_QUOTIENT_MAX = 16;
/** Bits that tell the length of a value written in full, 0..53. */
export const FULL_LENGTH_BITS = 6;

/** The length in bits of a safe integer >= 0; 0 of 0. */
export function bitLength53(value: number): number {
  return value < WORD ? bitLength(value) : 32 + bitLength(Math.floor(value / WORD));
}

/** The Rice parameter that suits non-negative values of this mean: 2^k near mean * ln 2. */
export function riceParameter(mean: number): number {
  return mean < 1 ? 0 : Math.max(0, bitLength53(Math.floor(mean * 0.7)));
}

/**
 * Writes prefix codes as a stream of bits, least significant first, into memory of the caller, who has made room
 * (there is no check). The bits that do not fill a word yet are in this object until `finish`.
 */
export class BitSink {
  #out: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #word = 0;
  #used = 0;

  start(out: Uint8Array, offset: number): void {
    this.#out = out;
    this.#offset = offset;
    this.#word = 0;
    this.#used = 0;
  }

  /** Writes the last bits, filled up to a byte with zeros; answers the offset after them. */
  finish(): number {
    for (; this.#used > 0; this.#used -= 8) {
      this.#out[this.#offset++] = this.#word;
      this.#word >>>= 8;
    }
    return this.#offset;
  }

  /** The low `width` (0..32) bits of value. */
  bits(value: number, width: number): void {
    if (width === 0) return;
    const used = this.#used;
    const masked = width === 32 ? value : value & ((1 << width) - 1);
    this.#word |= masked << used;
    if (used + width < 32) {
      this.#used = used + width;
      return;
    }
    storeWord(this.#out, this.#offset, this.#word);
    this.#offset += 4;
    // A shift by 32 is a shift by 0 in JavaScript, so the empty remainder is spelt out.
    this.#word = used === 0 ? 0 : masked >>> (32 - used);
    this.#used = used + width - 32;
  }

  /** The low `width` (0..53) bits of a safe integer >= 0. */
  wide(value: number, width: number): void {
    if (width <= 32) {
      this.bits(value | 0, width);
      return;
    }
    this.bits((value % WORD) | 0, 32);
    this.bits(Math.floor(value / WORD), width - 32);
  }

  /** A safe integer >= 0 as quotient in ones, a zero, and k low bits; a large quotient as the value in full. */
  rice(value: number, k: number): void {
    if (value < SMALL) {
      const quotient = value >>> k;
      // One write of both parts wherever they fit a word: nearly always.
      if (k < 16 && quotient < RICE_QUOTIENT_MAX - 1) {
        const low = value & ((1 << k) - 1);
        this.bits((low << (quotient + 1)) | ((1 << quotient) - 1), quotient + 1 + k);
        return;
      }
    }
    this.#wideRice(value, k);
  }

  #wideRice(value: number, k: number): void {
    const quotient = Math.floor(value / 2 ** k);
    if (quotient < RICE_QUOTIENT_MAX) {
      this.bits((1 << quotient) - 1, quotient + 1);
      this.wide(value, k);
      return;
    }
    const length = bitLength53(value);
    this.bits(-1, RICE_QUOTIENT_MAX);
    this.bits(length, FULL_LENGTH_BITS);
    this.wide(value, length);
  }

  /** A safe integer >= 0 in the exponential Golomb code of order k: groups of 2^k, 2^(k+1), ... values. */
  expGolomb(value: number, k: number): void {
    if (value >= SMALL || k > 15) {
      this.#wideExpGolomb(value, k);
      return;
    }
    // value + 2^k lies in [2^(k + group), 2^(k + group + 1)), so its length tells the group.
    const shifted = value + (1 << k);
    const group = 31 - Math.clz32(shifted) - k;
    this.bits((1 << group) - 1, group + 1);
    this.bits(shifted, k + group);
  }

  #wideExpGolomb(value: number, k: number): void {
    const shifted = value + 2 ** k;
    const group = bitLength53(shifted) - 1 - k;
    this.wide(2 ** group - 1, group + 1);
    this.wide(shifted - 2 ** (k + group), k + group);
  }

  /** One of `size` (>= 1) equally likely values in floor or ceiling of log2(size) bits (truncated binary). */
  uniform(value: number, size: number): void {
    if (size >= SMALL) {
      this.#wideUniform(value, size);
      return;
    }
    const width = 31 - Math.clz32(size);
    const short = 2 * (1 << width) - size;
    if (value < short) {
      this.bits(value, width);
      return;
    }
    // The code's first `width` bits say that there is one more, so they come first, that is lowest.
    const long = value + short;
    this.bits((long >>> 1) | ((long & 1) << width), width + 1);
  }

  #wideUniform(value: number, size: number): void {
    const width = bitLength53(size) - 1;
    const short = 2 ** (width + 1) - size;
    if (value < short) {
      this.wide(value, width);
      return;
    }
    const long = value + short;
    this.wide(Math.floor(long / 2), width);
    this.bits(long % 2, 1);
  }
}
