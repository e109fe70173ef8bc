import { DECIMAL_BYTES_MAX, writeDecimal } from '../../../native-free-core/text/decimal-text.js';
import { ANSWER_BYTES_MAX, WRITTEN_AT_ONCE } from '../limits.js';
import { answerTooBig } from './answer-too-big.js';
import { type Look, noLook } from './look.js';

const [ZERO, MINUS, DELETE] = [0x30, 0x2d, 0x7f];

/** Memory at first, bytes: what most answers take. */
const BYTES_FIRST = 64 * 1024;
/** Memory that is kept from answer to answer, bytes. A larger one is given back: answers of this size are rare. */
const BYTES_KEPT = 8 * 1024 * 1024;
/** Characters up to which a loop is quicker than a call of the library. */
const LOOP_LENGTH_MAX = 48;
/** Digits of a whole number that are written at once, as 31 bits hold them. */
const WHOLE_DIGITS = 9;
const WHOLE_END = 10 ** WHOLE_DIGITS;

/**
 * Writes JSON as UTF-8 without making a text of it first: an answer of ten thousand rows as one text is put together from as
 * many pieces, made flat, and encoded, which takes longer than to find what it says. One a thread; its memory is used again.
 */
export class JsonBytes {
  #bytes = Buffer.allocUnsafeSlow(BYTES_FIRST);
  #length = 0;
  /** Bytes up to which nothing is looked after: the end of the memory, or where `#look` is called next. */
  #room = BYTES_FIRST;
  #look = noLook;
  #lookAt = Number.POSITIVE_INFINITY;

  /** Forgets what was written, and gives back what an answer of the usual size does not take. `look` is called while the next one is written. */
  clear(look: Look = noLook): void {
    if (this.#bytes.length > BYTES_KEPT) this.#bytes = Buffer.allocUnsafeSlow(BYTES_FIRST);
    this.#length = 0;
    this.#look = look;
    this.#lookAt = look === noLook ? Number.POSITIVE_INFINITY : WRITTEN_AT_ONCE;
    this.#room = Math.min(this.#bytes.length, this.#lookAt);
  }

  /** Writes a text as it is. */
  text(text: string): void {
    this.#reserve(3 * text.length);
    const start = this.#length;
    if (text.length > LOOP_LENGTH_MAX || !this.#ascii(text)) {
      this.#length = start + this.#bytes.write(text, start, 'utf8');
    }
  }

  /** Writes bytes that are JSON already. */
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    const to = this.#bytes;
    const at = this.#length;
    if (length > LOOP_LENGTH_MAX) to.set(bytes, at);
    else for (let i = 0; i < length; i++) to[at + i] = bytes[i]!;
    this.#length = at + length;
  }

  /** Writes a number as JSON.stringify would, or null where it is none; most are written digit by digit, in a fraction of the time that a text takes. */
  number(value: number): void {
    this.#reserve(DECIMAL_BYTES_MAX + 1);
    const start = this.#length;
    let rest = value;
    if (value < 0) {
      this.#bytes[this.#length++] = MINUS;
      rest = -value;
    }
    if (Math.floor(rest) === rest && rest <= Number.MAX_SAFE_INTEGER) return this.#whole(rest);
    const end = writeDecimal(rest, this.#bytes, this.#length);
    if (end >= 0) {
      this.#length = end;
      return;
    }
    this.#length = start;
    this.text(Number.isFinite(value) ? String(value) : 'null');
  }

  /** A copy of all that was written, in a buffer of its own. */
  take(): Uint8Array {
    const taken = Buffer.allocUnsafeSlow(this.#length);
    taken.set(this.#bytes.subarray(0, this.#length));
    this.clear();
    return taken;
  }

  /** False where a character is not ASCII; what is before it may be written already. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > DELETE) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #whole(value: number): void {
    if (value < WHOLE_END) return this.#digits(value, 1);
    const upper = Math.floor(value / WHOLE_END);
    this.#digits(upper, 1);
    this.#digits(value - upper * WHOLE_END, WHOLE_DIGITS);
  }

  /** Writes a whole number below WHOLE_END with so many digits at least; there is room for it. */
  #digits(value: number, least: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    let digits = least;
    for (let bound = 10 ** least; rest >= bound && digits < WHOLE_DIGITS; bound *= 10) digits++;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.#length += digits;
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted > this.#room) this.#makeRoom(wanted);
  }

  #makeRoom(wanted: number): void {
    if (this.#length >= this.#lookAt) {
      this.#look();
      this.#lookAt = this.#length + WRITTEN_AT_ONCE;
    }
    if (this.#length > ANSWER_BYTES_MAX) {
      this.clear();
      throw answerTooBig();
    }
    if (wanted > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#room = Math.min(this.#bytes.length, this.#lookAt);
  }
}
