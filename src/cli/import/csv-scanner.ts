import { CSV_COLUMNS_MAX } from './limits.js';

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What `scan` answers when the record isn't whole. */
export const CSV_INCOMPLETE = -1;

/**
 * Finds the fields of one CSV record (RFC 4180) in bytes, as ranges: fields may be quoted, with separators, newlines and
 * doubled quotes in them; lines end with LF or CRLF. Nothing is copied.
 */
export class CsvScanner {
  /** Fields of the record. */
  count = 0;
  /** Newlines inside of the record's quotes. */
  innerLines = 0;
  /** What is wrong with the record; empty when nothing is. */
  fault = '';
  readonly #starts = new Int32Array(CSV_COLUMNS_MAX);
  readonly #ends = new Int32Array(CSV_COLUMNS_MAX);
  /** 1 where a field has doubled quotes, which stand for one. */
  readonly #doubled = new Uint8Array(CSV_COLUMNS_MAX);
  readonly #separator: number;

  constructor(separator = ',') {
    this.#separator = separator.charCodeAt(0);
  }

  start(field: number): number {
    return this.#starts[field]!;
  }
  end(field: number): number {
    return this.#ends[field]!;
  }
  hasDoubledQuotes(field: number): boolean {
    return this.#doubled[field] === 1;
  }

  /**
   * Scans the record at `at`.
   * @returns the position behind its newline, or CSV_INCOMPLETE: its end isn't among these bytes
   */
  scan(bytes: Uint8Array, at: number, isLast: boolean): number {
    this.count = 0;
    this.innerLines = 0;
    this.fault = '';
    const separator = this.#separator;
    let position = at;
    for (;;) {
      const after = bytes[position] === QUOTE ? this.#quoted(bytes, position) : this.#plain(bytes, position);
      if (after < 0) return isLast && this.fault !== '' ? bytes.length : CSV_INCOMPLETE;
      if (after >= bytes.length) return isLast ? after : CSV_INCOMPLETE;
      position = after + 1;
      if (bytes[after] === separator) continue;
      return position;
    }
  }

  /** A field without quotes. Answers where its separator or newline is. */
  #plain(bytes: Uint8Array, start: number): number {
    const separator = this.#separator;
    const { length } = bytes;
    let position = start;
    while (position < length) {
      const code = bytes[position]!;
      if (code === separator || code === NEWLINE) break;
      position++;
    }
    const isReturn = position > start && bytes[position - 1] === RETURN && bytes[position] !== separator;
    this.#add(start, isReturn ? position - 1 : position, 0);
    return position;
  }

  /** A field in quotes. Answers where its separator or newline is, or -1: the bytes end inside of the quotes. */
  #quoted(bytes: Uint8Array, start: number): number {
    const { length } = bytes;
    let doubled = 0;
    let position = start + 1;
    for (; position < length; position++) {
      const code = bytes[position]!;
      if (code === NEWLINE) this.innerLines++;
      if (code !== QUOTE) continue;
      if (bytes[position + 1] !== QUOTE) break;
      doubled = 1;
      position++;
    }
    if (position >= length) {
      this.fault = 'a quote is opened and never closed';
      return -1;
    }
    this.#add(start + 1, position, doubled);
    return this.#behindQuote(bytes, position + 1);
  }

  /** Passes over what mustn't stand between a closing quote and the separator. */
  #behindQuote(bytes: Uint8Array, start: number): number {
    let position = start;
    if (bytes[position] === RETURN && (position + 1 === bytes.length || bytes[position + 1] === NEWLINE))
      position++;
    while (position < bytes.length && bytes[position] !== this.#separator && bytes[position] !== NEWLINE) {
      this.fault = 'something stands between a closing quote and the next separator';
      position++;
    }
    return position;
  }

  #add(start: number, end: number, doubled: number): void {
    if (this.count === CSV_COLUMNS_MAX) {
      this.fault = `a record may have at most ${CSV_COLUMNS_MAX} fields`;
      return;
    }
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.#doubled[this.count++] = doubled;
  }
}
