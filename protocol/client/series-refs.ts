import { checkName } from '../frames/labels.js';
import { writeSeriesEntry, writeSeriesHeader } from '../frames/series.js';
import { defaultWireLimits, type WireLimits } from '../limits.js';
import { CursorWriter } from '../msgpack/cursor-writer.js';
import {
  firstReject,
  RejectCode,
  type RejectCodeOrNone,
  type RejectReason,
  rejectReason,
} from '../reject-reasons.js';
import { encodeUtf8Into, utf8ByteLength } from '../utf8.js';
import { ProducerError } from './producer-error.js';

export type Labels = Readonly<Record<string, string>>;

/** Bytes of SERIES entries that a producer keeps for the next connection: 60 bytes each for 4 million series. */
const entryBytesMax = 256 * 1024 * 1024;

/**
 * Bytes of one SERIES frame. The engine takes 4 µs for a new series of ten labels (bench/micro/src/ingest), and does nothing
 * else within a frame: some 300 of them are a millisecond, which others' acknowledgements may well wait.
 */
const seriesFrameBytesMax = 64 * 1024;

/** Bytes around the entries of a SERIES frame: two array headers and the opcode. */
const headerBytesMax = 8;

/**
 * The producer's series, numbered 0, 1, 2, … as they come. Numbers are dense, so "the first n are bound" is all
 * that a connection has to remember, and a batch needs one number to say what must be bound before it.
 * Entries are kept encoded: binding them all again on a new connection is a copy.
 */
export class SeriesRefs {
  readonly #refs = new Map<string, number>();
  readonly #entries = new CursorWriter(4096);
  /** Where each entry ends in `#entries`. */
  readonly #ends: number[] = [];
  readonly #seriesMax: number;

  constructor(seriesMax: number) {
    this.#seriesMax = seriesMax;
  }

  get count(): number {
    return this.#ends.length;
  }

  /**
   * The number of the series, a new one if it is new. Labels may come in any order; empty values are no labels.
   * Answers −1 − the reject code where the engine would refuse the series, or this producer has too many.
   */
  tryRefOf(name: string, labels: Labels = noLabels): number {
    // A caller without types: `undefined` must not become the series "undefined".
    if (typeof name !== 'string') return -1 - RejectCode.invalidName;
    const key = seriesKey(name, labels);
    return this.#refs.get(key) ?? this.#tryAdd(key, name, labels);
  }

  /** The same, but throws MR_CLIENT_SERIES or MR_CLIENT_SERIES_LIMIT. */
  refOf(name: string, labels: Labels = noLabels): number {
    const ref = this.tryRefOf(name, labels);
    if (ref >= 0) return ref;
    const reason = rejectReason((-1 - ref) as RejectCode);
    if (reason === 'total_series_limit') {
      const text = `a producer may have ${this.#seriesMax} series in ${entryBytesMax} bytes, got one more: ${shorten(name)}`;
      throw new ProducerError('MR_CLIENT_SERIES_LIMIT', text);
    }
    const text = `a series needs ${wanted[reason] ?? 'a name and labels'}, got ${shorten(name)} with ${shorten(labels)} (${reason})`;
    throw new ProducerError('MR_CLIENT_SERIES', text);
  }

  /** Hands `send` SERIES frames that bind series `from` up to but not including `to`; each is `send`'s to keep. */
  bind(from: number, to: number, frameBytesMax: number, send: (frame: Uint8Array) => void): void {
    const bytesMax = Math.min(frameBytesMax, seriesFrameBytesMax) - headerBytesMax;
    let first = from;
    while (first < to) {
      const start = first === 0 ? 0 : this.#ends[first - 1]!;
      let last = first + 1;
      while (last < to && this.#ends[last]! - start <= bytesMax) last++;
      const end = this.#ends[last - 1]!;
      const frame = new CursorWriter(headerBytesMax + end - start);
      writeSeriesHeader(frame, last - first);
      frame.writeRaw(this.#entries.bytes.subarray(start, end));
      send(frame.view());
      first = last;
    }
  }

  #tryAdd(key: string, name: string, labels: Labels): number {
    const refused = checkSeries(name, labels, defaultWireLimits);
    if (refused !== 0) return -1 - refused;
    const ref = this.count;
    if (ref >= this.#seriesMax || this.#entries.position >= entryBytesMax) {
      return -1 - RejectCode.totalSeriesLimit;
    }
    writeSeriesEntry(this.#entries, { ref, name, labels });
    this.#ends.push(this.#entries.position);
    this.#refs.set(key, ref);
    return ref;
  }
}

const noLabels: Labels = {};

/** For the texts of errors: what each of the engine's reasons asks of a series. */
const wanted: Partial<Record<RejectReason, string>> = {
  invalid_name: `a name of 1 to ${defaultWireLimits.nameBytesMax} bytes without control characters`,
  invalid_label: 'labels that have a name and are strings',
  label_too_long: `label names of at most ${defaultWireLimits.labelNameBytesMax} bytes and values of at most ${defaultWireLimits.labelValueBytesMax}`,
  too_many_labels: `at most ${defaultWireLimits.labelsMax} labels`,
};

/**
 * One string for one series: lengths stand before the texts, so that no separator can be forged. Labels that
 * come sorted, as they mostly do, are not sorted again.
 */
function seriesKey(name: string, labels: Labels): string {
  const names = Object.keys(labels);
  for (let i = 1; i < names.length; i++) {
    if (names[i]! < names[i - 1]!) {
      names.sort();
      break;
    }
  }
  let key = `${name.length}:${name}`;
  for (const label of names) {
    // Whatever isn't a string has a key of its own, which no valid series has, and is refused when looked at.
    const value = typeof labels[label] === 'string' ? labels[label] : undefined;
    if (value === undefined) key += `${label.length}:${label}?`;
    else if (value !== '') key += `${label.length}:${label}${value.length}:${value}`;
  }
  return key;
}

/** What the engine would say, so that it is said at the line that names the series. */
function checkSeries(name: string, labels: Labels, limits: WireLimits): RejectCodeOrNone {
  const bytes = new Uint8Array(utf8ByteLength(name));
  encodeUtf8Into(name, bytes, 0);
  let found = checkName(bytes, 0, bytes.length, limits);
  let count = 0;
  for (const [label, value] of Object.entries(labels)) {
    if (value !== '') count++;
    found = firstReject(found, checkLabel(label, value, limits));
  }
  return firstReject(found, count > limits.labelsMax ? RejectCode.tooManyLabels : 0);
}

function checkLabel(label: string, value: unknown, limits: WireLimits): RejectCodeOrNone {
  if (typeof value !== 'string') return RejectCode.invalidLabel;
  if (value === '') return 0;
  if (label === '') return RejectCode.invalidLabel;
  const isLong =
    utf8ByteLength(label) > limits.labelNameBytesMax || utf8ByteLength(value) > limits.labelValueBytesMax;
  return isLong ? RejectCode.labelTooLong : 0;
}

function shorten(came: unknown): string {
  return String(JSON.stringify(came)).slice(0, 100);
}
