import { parseRfc3339MsBytes, RejectCode } from '../../../protocol/index.js';
import { MillraceError } from '../../errors.js';
import { isBlank } from '../../http/ingest/blank-line.js';
import { NumberScanner } from '../../http/ingest/number-scanner.js';
import { describe } from '../../http/ingest/point-batch.js';
import { SeriesCache } from '../../http/ingest/series-cache.js';
import { withinCalendar } from '../../time/civil.js';
import { epochToMs } from '../../time/parse-time.js';
import { type CsvColumns, type CsvOptions, csvColumns } from './csv-columns.js';
import { CSV_INCOMPLETE, CsvScanner } from './csv-scanner.js';
import { CSV_COLUMNS_MAX, READ_BYTES, RECORD_BYTES_MAX } from './limits.js';
import type { PointReader, ReaderContext } from './point-reader.js';

const QUOTE = 0x22;
/** No bytes of UTF-8: they end the fields that make a series, so that no two series look the same. */
const FIELD_END = 0xff;
const DOUBLED_FIELD_END = 0xfe;

/** The longest record that can be met before it is found too long, and an end for each field. */
const KEY_BYTES = RECORD_BYTES_MAX + READ_BYTES + CSV_COLUMNS_MAX;

type Decoder = InstanceType<typeof TextDecoder>;
const lenient = new TextDecoder('utf-8');
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What JSON doesn't allow and people write all the same: `+5`, `.5`, `1.`, spaces around. */
const LOOSE_NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

/** Points as CSV records under a header. */
export class CsvReader implements PointReader {
  line = 1;
  readonly #context: ReaderContext;
  readonly #options: CsvOptions;
  readonly #scanner: CsvScanner;
  readonly #number = new NumberScanner();
  readonly #cache = new SeriesCache();
  /** The fields that make a record's series, as the key of the cache. */
  readonly #key = new Uint8Array(KEY_BYTES);
  #keyLength = 0;
  #hash = 0;
  #columns: CsvColumns | undefined;

  constructor(context: ReaderContext, options: CsvOptions, separator?: string) {
    this.#context = context;
    this.#options = options;
    this.#scanner = new CsvScanner(separator);
  }

  read(bytes: Uint8Array, start: number, isLast: boolean): number {
    const { columns, fromLine } = this.#context;
    const scanner = this.#scanner;
    let at = start;
    while (!columns.isFull && at < bytes.length) {
      const after = scanner.scan(bytes, at, isLast);
      if (after === CSV_INCOMPLETE) break;
      // A blank line in the middle is nothing; it would be one empty field.
      const isNothing = scanner.count === 1 && isBlank(bytes, at, scanner.end(0)) && scanner.fault === '';
      if (!isNothing) {
        if (this.#columns === undefined) this.#columns = csvColumns(this.#header(bytes), this.#options);
        else if (this.line >= fromLine) this.#readRecord(bytes, this.#columns);
      }
      this.line += 1 + scanner.innerLines;
      at = after;
    }
    return at;
  }

  #header(bytes: Uint8Array): string[] {
    const { fault } = this.#scanner;
    if (fault !== '') throw new MillraceError('MR_CONFIG', `The header can't be read: ${fault}.`);
    // A byte order mark is skipped by the decoder.
    return Array.from({ length: this.#scanner.count }, (_, field) =>
      this.#text(bytes, field, lenient)
        .replace(/^\ufeff/, '')
        .trim(),
    );
  }

  #readRecord(bytes: Uint8Array, of: CsvColumns): void {
    const { report, columns } = this.#context;
    const scanner = this.#scanner;
    if (scanner.fault !== '') return report.refuseLine(this.line, scanner.fault);
    if (scanner.count !== of.columns) {
      return report.refuseLine(this.line, `the header has ${of.columns} columns; got ${scanner.count}`);
    }
    const value = this.#numberOf(bytes, of.value);
    if (!Number.isFinite(value)) return this.#refuse(RejectCode.invalidValue, bytes, of.value);
    const timeMs = this.#timeOf(bytes, of.timestamp);
    if (Number.isNaN(timeMs)) return this.#refuse(RejectCode.invalidTime, bytes, of.timestamp);
    const series = this.#seriesOf(bytes, of);
    if (series >= 0) columns.add(series, value, timeMs, this.line);
    else report.refuse(this.line, -1 - series);
  }

  #refuse(reason: RejectCode, bytes: Uint8Array, field: number): void {
    this.#context.report.refuse(this.line, reason, describe(this.#text(bytes, field, lenient)));
  }

  /** NaN where the field is no number. */
  #numberOf(bytes: Uint8Array, field: number): number {
    const end = this.#scanner.end(field);
    const after = this.#number.scan(bytes, this.#scanner.start(field), end);
    if (after === end) return this.#number.value;
    const text = this.#text(bytes, field, lenient);
    return LOOSE_NUMBER.test(text) ? Number(text) : Number.NaN;
  }

  /** Epoch seconds, epoch milliseconds, or RFC 3339; NaN where the field is none of them. */
  #timeOf(bytes: Uint8Array, field: number): number {
    const start = this.#scanner.start(field);
    const end = this.#scanner.end(field);
    // The fifth byte of RFC 3339 is a hyphen, which no plain number has there.
    if (bytes[start + 4] !== 0x2d || end - start < 5) return epochToMs(this.#numberOf(bytes, field));
    return withinCalendar(parseRfc3339MsBytes(bytes, start, end));
  }

  /** The number of the record's series, or -1 - the reject code. */
  #seriesOf(bytes: Uint8Array, of: CsvColumns): number {
    this.#keyLength = 0;
    this.#hash = 0x811c9dc5 | 0;
    if (of.metric >= 0) this.#addToKey(bytes, of.metric);
    for (const { column } of of.labels) this.#addToKey(bytes, column);
    const key = this.#key;
    const length = this.#keyLength;
    const hash = this.#hash ^ (this.#hash >>> 15);
    const known = this.#cache.find(key, 0, length, 0, 0, hash);
    if (known >= 0) return known;
    const series = this.#makeSeries(bytes, of);
    if (series >= 0) this.#cache.insert(key, 0, length, 0, 0, hash, series);
    return series;
  }

  /** Adds a field as it stands, doubled quotes and all: what is written in two ways is looked up in two. */
  #addToKey(bytes: Uint8Array, field: number): void {
    const key = this.#key;
    let to = this.#keyLength;
    let hash = this.#hash;
    const end = this.#scanner.end(field);
    for (let at = this.#scanner.start(field); at < end; at++) {
      const code = bytes[at]!;
      key[to++] = code;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    const ending = this.#scanner.hasDoubledQuotes(field) ? DOUBLED_FIELD_END : FIELD_END;
    key[to++] = ending;
    this.#hash = Math.imul(hash ^ ending, 0x01000193);
    this.#keyLength = to;
  }

  #makeSeries(bytes: Uint8Array, of: CsvColumns): number {
    let name = of.metricName;
    try {
      if (of.metric >= 0) name = this.#text(bytes, of.metric, strict);
    } catch {
      return -1 - RejectCode.invalidName;
    }
    try {
      const labels = of.labels.map((label) => [label.name, this.#text(bytes, label.column, strict)]);
      return this.#context.series(name, Object.fromEntries(labels));
    } catch {
      return -1 - RejectCode.invalidLabel;
    }
  }

  /** A field as text, its doubled quotes made one. */
  #text(bytes: Uint8Array, field: number, decoder: Decoder): string {
    const scanner = this.#scanner;
    const raw = bytes.subarray(scanner.start(field), scanner.end(field));
    if (!scanner.hasDoubledQuotes(field)) return decoder.decode(raw);
    return decoder.decode(raw.filter((code, at) => code !== QUOTE || !isSecondQuote(raw, at)));
  }
}

/** Whether the quote at `at` is the second of a pair: an odd number of quotes stands right before it. */
function isSecondQuote(bytes: Uint8Array, at: number): boolean {
  let before = at;
  while (before > 0 && bytes[before - 1] === QUOTE) before--;
  return (at - before) % 2 === 1;
}
