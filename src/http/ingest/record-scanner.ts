import { parseRfc3339MsBytes } from '../../../protocol/index.js';
import { withinCalendar } from '../../time/civil.js';
import { epochToMs } from '../../time/parse-time.js';
import type { Labels, RowSink } from '../ports.js';
import type { IngestReport } from './ingest-report.js';
import { NumberScanner } from './number-scanner.js';
import { acceptPoint, seriesOf } from './point-batch.js';
import type { SeriesCache } from './series-cache.js';

/**
 * Walks the bytes of `{"data":[{"name":..,"value":..,"timestamp":..,"labels":{..}}]}` once and hands each point
 * over without building an object or, for a series seen before, a string.
 *
 * It knows the common shape and no other. Whatever is unusual (an escape, an unknown or repeated key, a label
 * that isn't text, a bad time, broken JSON) makes it stop and answer "unusual": the caller then starts the batch
 * again with JSON.parse and point-batch.ts, which know everything and word the errors. Both give the same
 * points, rejects and messages for what both can read; a property test holds them together.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

const UNUSUAL = -1;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const LIST_KEYS = { data: ascii('"data"'), metrics: ascii('"metrics"') } as const;
/** How a call names its list of points. */
export type ListKey = keyof typeof LIST_KEYS;
/** Keys with their closing quote, so that a longer key doesn't match. */
const NAME = ascii('name"');
const METRIC_NAME = ascii('metric_name"');
const VALUE = ascii('value"');
const TIMESTAMP = ascii('timestamp"');
const LABELS = ascii('labels"');
const TAGS = ascii('tags"');

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text[i]) return false;
  }
  return true;
}

function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let position = at;
  while (position < end) {
    const code = bytes[position]!;
    if (code > SPACE || (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)) break;
    position++;
  }
  return position;
}

export class RecordScanner {
  readonly #cache: SeriesCache;
  readonly #number = new NumberScanner();

  // The point being read. Fields, not an object, so that a point allocates nothing.
  #nameStart = 0;
  #nameEnd = 0;
  #labelsStart = 0;
  #labelsEnd = 0;
  #value = 0.5;
  #timeMs = 0.5;
  #hash = 0;

  constructor(cache: SeriesCache) {
    this.#cache = cache;
  }

  /**
   * Hands over every point of a whole body.
   * @param listKey the one key of its object
   * @returns the number of points, or -1: unusual, and the batch must be aborted
   */
  scanBody(bytes: Uint8Array, listKey: ListKey, sink: RowSink, report: IngestReport): number {
    const key = LIST_KEYS[listKey];
    const end = bytes.length;
    let at = skipSpace(bytes, 0, end);
    if (bytes[at] !== OPEN_BRACE) return UNUSUAL;
    at = skipSpace(bytes, at + 1, end);
    if (!startsWith(bytes, at, key)) return UNUSUAL;
    at = skipSpace(bytes, at + key.length, end);
    if (bytes[at] !== COLON) return UNUSUAL;
    at = skipSpace(bytes, at + 1, end);
    if (bytes[at] !== OPEN_BRACKET) return UNUSUAL;
    at = skipSpace(bytes, at + 1, end);
    let count = 0;
    if (bytes[at] === CLOSE_BRACKET) {
      at++;
    } else {
      for (;;) {
        at = this.scanPoint(bytes, at, end, sink, report, count);
        if (at < 0) return UNUSUAL;
        count++;
        at = skipSpace(bytes, at, end);
        const code = bytes[at];
        at++;
        if (code === CLOSE_BRACKET) break;
        if (code !== COMMA) return UNUSUAL;
      }
    }
    at = skipSpace(bytes, at, end);
    if (bytes[at] !== CLOSE_BRACE) return UNUSUAL;
    return skipSpace(bytes, at + 1, end) === end ? count : UNUSUAL;
  }

  /**
   * Hands over the one point at `at`.
   * @param index its place in the request, for the report
   * @returns the position after it, or -1: unusual, and nothing of this point was handed over
   */
  scanPoint(
    bytes: Uint8Array,
    at: number,
    end: number,
    sink: RowSink,
    report: IngestReport,
    index: number,
  ): number {
    const after = this.#scanMembers(bytes, at, end);
    if (after < 0) return UNUSUAL;
    const timeMs = Number.isNaN(this.#timeMs) ? undefined : this.#timeMs;
    let series = this.#cache.find(
      bytes,
      this.#nameStart,
      this.#nameEnd,
      this.#labelsStart,
      this.#labelsEnd,
      this.#hash,
    );
    if (series < 0) {
      series = this.#resolve(bytes, sink, timeMs);
      if (Number.isNaN(series)) return UNUSUAL;
    }
    acceptPoint(sink, report, index, series, this.#value, timeMs);
    return after;
  }

  #scanMembers(bytes: Uint8Array, start: number, end: number): number {
    let at = skipSpace(bytes, start, end);
    if (bytes[at] !== OPEN_BRACE) return UNUSUAL;
    at++;
    this.#nameEnd = -1;
    this.#labelsStart = 0;
    this.#labelsEnd = 0;
    this.#timeMs = Number.NaN;
    let nameHash = 0;
    let labelsHash = 0;
    let hasValue = false;
    let hasTime = false;
    for (;;) {
      at = skipSpace(bytes, at, end);
      if (bytes[at] !== QUOTE) return UNUSUAL;
      at++;
      const first = bytes[at];
      if (first === 0x6e /* n */ || first === 0x6d /* m */) {
        const key = first === 0x6e ? NAME : METRIC_NAME;
        if (this.#nameEnd >= 0 || !startsWith(bytes, at, key)) return UNUSUAL;
        at = this.#skipColon(bytes, at + key.length, end);
        if (at < 0 || bytes[at] !== QUOTE) return UNUSUAL;
        this.#nameStart = ++at;
        at = this.#skipText(bytes, at, end);
        if (at < 0) return UNUSUAL;
        nameHash = this.#hash;
        this.#nameEnd = at++;
      } else if (first === 0x76 /* v */) {
        if (hasValue || !startsWith(bytes, at, VALUE)) return UNUSUAL;
        at = this.#skipColon(bytes, at + VALUE.length, end);
        if (at < 0) return UNUSUAL;
        at = this.#number.scan(bytes, at, end);
        if (at < 0) return UNUSUAL;
        this.#value = this.#number.value;
        // 1e400: refused like any other bad value, and must make no series.
        if (!Number.isFinite(this.#value)) return UNUSUAL;
        hasValue = true;
      } else if (first === 0x74 /* t */ && bytes[at + 1] === 0x69 /* i */) {
        if (hasTime || !startsWith(bytes, at, TIMESTAMP)) return UNUSUAL;
        at = this.#skipColon(bytes, at + TIMESTAMP.length, end);
        if (at < 0) return UNUSUAL;
        at = this.#scanTime(bytes, at, end);
        if (at < 0) return UNUSUAL;
        hasTime = true;
      } else {
        const key = first === 0x6c /* l */ ? LABELS : TAGS;
        if (this.#labelsEnd > 0 || !startsWith(bytes, at, key)) return UNUSUAL;
        at = this.#skipColon(bytes, at + key.length, end);
        if (at < 0 || bytes[at] !== OPEN_BRACE) return UNUSUAL;
        this.#labelsStart = at;
        at = this.#skipLabels(bytes, at + 1, end);
        if (at < 0) return UNUSUAL;
        labelsHash = this.#hash;
        this.#labelsEnd = at;
      }
      at = skipSpace(bytes, at, end);
      const code = bytes[at];
      at++;
      if (code === CLOSE_BRACE) break;
      if (code !== COMMA) return UNUSUAL;
    }
    if (this.#nameEnd < 0 || !hasValue) return UNUSUAL;
    // Mixed once more, because the low bits choose the slot and FNV-1a leaves them weak.
    const mixed = Math.imul(nameHash ^ Math.imul(labelsHash, 0x85ebca6b), 0xc2b2ae35);
    this.#hash = mixed ^ (mixed >>> 15);
    return at;
  }

  #skipColon(bytes: Uint8Array, at: number, end: number): number {
    const position = skipSpace(bytes, at, end);
    return bytes[position] === COLON ? skipSpace(bytes, position + 1, end) : UNUSUAL;
  }

  /** Hashes (FNV-1a) the text from `at` to its closing quote, and answers where that is. */
  #skipText(bytes: Uint8Array, at: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let position = at; position < end; position++) {
      const code = bytes[position]!;
      if (code === QUOTE) {
        this.#hash = hash;
        return position;
      }
      if (code === BACKSLASH || code < SPACE) return UNUSUAL;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    return UNUSUAL;
  }

  /** Hashes the labels from behind their opening brace, and answers the position after the closing one. */
  #skipLabels(bytes: Uint8Array, at: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    let inText = false;
    for (let position = at; position < end; position++) {
      const code = bytes[position]!;
      if (code === QUOTE) inText = !inText;
      else if (code === BACKSLASH) return UNUSUAL;
      else if (code === CLOSE_BRACE && !inText) {
        this.#hash = hash;
        return position + 1;
      }
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    return UNUSUAL;
  }

  #scanTime(bytes: Uint8Array, at: number, end: number): number {
    if (bytes[at] === QUOTE) {
      let close = at + 1;
      while (close < end && bytes[close] !== QUOTE) {
        // An escape, or a control character that JSON forbids.
        if (bytes[close] === BACKSLASH || bytes[close]! < SPACE) return UNUSUAL;
        close++;
      }
      if (close >= end) return UNUSUAL;
      this.#timeMs = withinCalendar(parseRfc3339MsBytes(bytes, at + 1, close));
      return Number.isNaN(this.#timeMs) ? UNUSUAL : close + 1;
    }
    const after = this.#number.scan(bytes, at, end);
    if (after < 0) return UNUSUAL;
    this.#timeMs = epochToMs(this.#number.value);
    return Number.isNaN(this.#timeMs) ? UNUSUAL : after;
  }

  /** A series not seen before: parses it in full. NaN: unusual. */
  #resolve(bytes: Uint8Array, sink: RowSink, timeMs: number | undefined): number {
    let name: string;
    let labels: Labels | undefined;
    try {
      name = decoder.decode(bytes.subarray(this.#nameStart, this.#nameEnd));
      if (this.#labelsEnd > 0) {
        labels = JSON.parse(decoder.decode(bytes.subarray(this.#labelsStart, this.#labelsEnd))) as Labels;
        for (const key of Object.keys(labels)) {
          if (typeof labels[key] !== 'string') return Number.NaN;
        }
      }
    } catch {
      return Number.NaN;
    }
    const series = seriesOf(sink, name, labels, timeMs);
    if (series >= 0) {
      this.#cache.insert(
        bytes,
        this.#nameStart,
        this.#nameEnd,
        this.#labelsStart,
        this.#labelsEnd,
        this.#hash,
        series,
      );
    }
    return series;
  }
}
