import { defaultWireLimits, type WireLimits } from '../limits.js';
import type { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { Kind } from '../msgpack/msgpack-layout.js';
import { firstReject, RejectCode, type RejectCodeOrNone } from '../reject-reasons.js';
import { decodeUtf8, isPrintableUtf8, isValidUtf8 } from '../utf8.js';

/** Numbers a label takes in `LabelRanges.ranges`: name from, name to, value from, value to. */
const rangeStride = 4;

/** The labels of one series as byte ranges of the frame, in the order in which they came. Filled again for every series. */
export class LabelRanges {
  count = 0;
  /** A set of 32 bits: which kinds of name there are, by length and first and last letter. Bits lie, absent bits don't. */
  #kinds = 0;
  readonly ranges: Int32Array;

  constructor(labelsMax: number = defaultWireLimits.labelsMax) {
    this.ranges = new Int32Array(labelsMax * rangeStride);
  }

  nameStart(index: number): number {
    return this.ranges[index * rangeStride]!;
  }
  nameEnd(index: number): number {
    return this.ranges[index * rangeStride + 1]!;
  }
  valueStart(index: number): number {
    return this.ranges[index * rangeStride + 2]!;
  }
  valueEnd(index: number): number {
    return this.ranges[index * rangeStride + 3]!;
  }

  clear(): void {
    this.count = 0;
    this.#kinds = 0;
  }

  /** Adds a label, and answers 0 or why it can't: there is no room, or its name is there already. */
  tryAdd(
    bytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
    valueStart: number,
    valueEnd: number,
  ): RejectCodeOrNone {
    const at = this.count * rangeStride;
    if (at === this.ranges.length) return RejectCode.tooManyLabels;
    const kind = 1 << ((bytes[nameStart]! + 5 * bytes[nameEnd - 1]! + 11 * (nameEnd - nameStart)) & 31);
    if ((this.#kinds & kind) !== 0 && this.#has(bytes, nameStart, nameEnd)) return RejectCode.invalidLabel;
    this.#kinds |= kind;
    this.ranges[at] = nameStart;
    this.ranges[at + 1] = nameEnd;
    this.ranges[at + 2] = valueStart;
    this.ranges[at + 3] = valueEnd;
    this.count++;
    return 0;
  }

  #has(bytes: Uint8Array, nameStart: number, nameEnd: number): boolean {
    for (let i = 0; i < this.count; i++) {
      const start = this.nameStart(i);
      let length = this.nameEnd(i) - start;
      if (length !== nameEnd - nameStart) continue;
      while (length > 0 && bytes[start + length - 1] === bytes[nameStart + length - 1]) length--;
      if (length === 0) return true;
    }
    return false;
  }

  /** As an object of strings; for tests and error texts. */
  toObject(bytes: Uint8Array): Record<string, string> {
    const entries: [string, string][] = [];
    for (let i = 0; i < this.count; i++) {
      const name = decodeUtf8(bytes, this.nameStart(i), this.nameEnd(i));
      entries.push([name, decodeUtf8(bytes, this.valueStart(i), this.valueEnd(i))]);
    }
    // fromEntries defines properties, so that a label called __proto__ is one like any other.
    return Object.fromEntries(entries);
  }
}

/** Checks a metric's name: 1 to `nameBytesMax` bytes of UTF-8 without control characters. */
export function checkName(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: WireLimits,
): RejectCodeOrNone {
  const length = end - start;
  if (length === 0 || length > limits.nameBytesMax || !isPrintableUtf8(bytes, start, end)) {
    return RejectCode.invalidName;
  }
  return 0;
}

/**
 * Reads the labels that start here, a map of strings or nil, into `labels`, and answers what is wrong with them.
 * Whatever they are, the reader stands behind them afterwards, so that the next row can be read. A label with an
 * empty value is no label and is left out.
 */
export function readLabels(reader: CursorReader, labels: LabelRanges, limits: WireLimits): RejectCodeOrNone {
  labels.clear();
  if (reader.tryReadNil()) return 0;
  if (reader.peekKind() !== Kind.map) {
    reader.skip('labels');
    return RejectCode.invalidLabel;
  }
  const pairs = reader.readMapHeader('labels');
  let found: RejectCodeOrNone = 0;
  for (let i = 0; i < pairs && !reader.failed; i++)
    found = firstReject(found, readLabel(reader, labels, limits));
  return found;
}

function readLabel(reader: CursorReader, labels: LabelRanges, limits: WireLimits): RejectCodeOrNone {
  if (reader.peekKind() !== Kind.str) {
    reader.skip("a label's name");
    reader.skip("a label's value");
    return RejectCode.invalidLabel;
  }
  reader.readStr("a label's name");
  const nameStart = reader.rangeStart;
  const nameEnd = reader.rangeEnd;
  if (reader.peekKind() !== Kind.str) {
    reader.skip("a label's value");
    return RejectCode.invalidLabel;
  }
  reader.readStr("a label's value");
  const valueStart = reader.rangeStart;
  const valueEnd = reader.rangeEnd;
  if (reader.failed || valueStart === valueEnd) return 0;
  const reason = checkLabel(reader.bytes, nameStart, nameEnd, valueStart, valueEnd, limits);
  if (reason !== 0) return reason;
  return labels.tryAdd(reader.bytes, nameStart, nameEnd, valueStart, valueEnd);
}

// Six arguments: four numbers in place of two range objects a label.
function checkLabel(
  bytes: Uint8Array,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
  limits: WireLimits,
): RejectCodeOrNone {
  if (nameStart === nameEnd) return RejectCode.invalidLabel;
  // Length before content, so that a megabyte of label is refused without being read.
  if (nameEnd - nameStart > limits.labelNameBytesMax || valueEnd - valueStart > limits.labelValueBytesMax) {
    return RejectCode.labelTooLong;
  }
  if (!isValidUtf8(bytes, nameStart, nameEnd) || !isValidUtf8(bytes, valueStart, valueEnd)) {
    return RejectCode.invalidLabel;
  }
  return 0;
}

/** Writes labels as a map; without those whose value is empty. */
export function writeLabels(writer: CursorWriter, labels: Readonly<Record<string, string>>): void {
  let count = 0;
  for (const name of Object.keys(labels)) if (labels[name] !== '') count++;
  writer.writeMapHeader(count);
  for (const name of Object.keys(labels)) {
    const value = labels[name]!;
    if (value === '') continue;
    writer.writeString(name);
    writer.writeString(value);
  }
}
