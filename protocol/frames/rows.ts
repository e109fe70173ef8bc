import { defaultWireLimits, timeMsMax, type WireLimits } from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Kind } from '../msgpack/msgpack-layout.js';
import { Opcode } from '../opcodes.js';
import { firstReject, RejectCode, type RejectCodeOrNone } from '../reject-reasons.js';
import { parseRfc3339MsBytes } from '../rfc3339.js';
import { closeFrame, openFrame, readSeq } from './frame-header.js';
import { ItemStatus } from './item-status.js';
import { checkName, LabelRanges, readLabels, writeLabels } from './labels.js';

/**
 * Reads the rows of a ROWS frame one by one, as byte ranges of the frame. A bad row is `rejected` with its
 * reason and costs nobody else anything; only what makes the rows behind it unreadable breaks the frame.
 * Of several things wrong with a row the first in the list of reject reasons is told.
 *
 *   reader.open(bytes); while ((status = reader.next()) < ItemStatus.end) { … } reader.release();
 */
export class RowsReader {
  seq = 0;
  /** Rows of the frame, bad ones too. */
  count = 0;
  /** The current row's place among them; -1 before the first. */
  index = -1;
  nameStart = 0;
  nameEnd = 0;
  value = 0;
  /** ms since the epoch, fraction kept; NaN: none came, so the point has the time of its arrival. */
  timeMs: number = Number.NaN;
  reason: RejectCodeOrNone = 0;
  readonly labels: LabelRanges;
  readonly #limits: WireLimits;
  readonly #reader: CursorReader = new CursorReader();
  #extra = 0;

  constructor(limits: WireLimits = defaultWireLimits) {
    this.#limits = limits;
    this.labels = new LabelRanges(limits.labelsMax);
  }

  get failure(): DecodeFailure {
    return this.#reader.failure;
  }

  /** Starts on a frame; it is used until `release()`. After a failure `seq` is 0 if it couldn't be read. */
  open(bytes: Uint8Array): DecodeStatus {
    const reader = this.#reader;
    reader.reset(bytes);
    this.index = -1;
    this.count = 0;
    this.#extra = openFrame(reader, Opcode.rows, 2);
    this.seq = readSeq(reader);
    const at = reader.position;
    const count = reader.readArrayHeader('the list of rows');
    const max = this.#limits.pointsPerBatchMax;
    if (count > max) {
      reader.fail(DecodeStatus.overLimit, at, `expected at most ${max} rows in a batch, got ${count}`);
    }
    if (!reader.failed) this.count = count;
    return reader.failure.status;
  }

  /** Moves to the next row. */
  next(): ItemStatus {
    const reader = this.#reader;
    if (reader.failed) return ItemStatus.broken;
    if (this.index + 1 >= this.count) {
      closeFrame(reader, this.#extra);
      this.#extra = 0;
      return reader.failed ? ItemStatus.broken : ItemStatus.end;
    }
    this.index++;
    this.#readRow(reader);
    if (reader.failed) return ItemStatus.broken;
    return this.reason === 0 ? ItemStatus.item : ItemStatus.rejected;
  }

  /** Lets go of the frame. */
  release(): void {
    this.#reader.release();
  }

  #readRow(reader: CursorReader): void {
    this.nameStart = 0;
    this.nameEnd = 0;
    this.value = Number.NaN;
    this.timeMs = Number.NaN;
    this.labels.clear();
    this.reason = 0;
    const kind = reader.peekKind();
    if (kind === Kind.array) this.#readArrayRow(reader);
    else if (kind === Kind.map) this.#readMapRow(reader);
    else reader.skip('a row');
    // An absent name is an empty range, and an absent value is NaN.
    if (this.nameStart === this.nameEnd) this.#reject(RejectCode.invalidName);
    if (!Number.isFinite(this.value)) this.#reject(RejectCode.invalidValue);
  }

  #readArrayRow(reader: CursorReader): void {
    const elements = reader.readArrayHeader('a row');
    if (elements > 0) this.#readName(reader);
    if (elements > 1) this.#readValue(reader);
    if (elements > 2) this.#readTime(reader);
    if (elements > 3) this.#readLabels(reader);
    for (let i = 4; i < elements && !reader.failed; i++) reader.skip('an extra element of a row');
  }

  #readMapRow(reader: CursorReader): void {
    const pairs = reader.readMapHeader('a row');
    for (let i = 0; i < pairs && !reader.failed; i++) {
      if (reader.peekKind() !== Kind.str) {
        reader.skip('a key');
        reader.skip('a value');
        continue;
      }
      reader.readStr('a key');
      switch (rowKey(reader)) {
        case RowKey.name:
          this.#readName(reader);
          break;
        case RowKey.value:
          this.#readValue(reader);
          break;
        case RowKey.timestamp:
          this.#readTime(reader);
          break;
        case RowKey.labels:
          this.#readLabels(reader);
          break;
        default:
          reader.skip('the value of an unknown key');
      }
    }
  }

  #readName(reader: CursorReader): void {
    if (reader.peekKind() !== Kind.str) {
      reader.skip('name');
      this.#reject(RejectCode.invalidName);
      return;
    }
    reader.readStr('name');
    this.nameStart = reader.rangeStart;
    this.nameEnd = reader.rangeEnd;
    this.#reject(checkName(reader.bytes, this.nameStart, this.nameEnd, this.#limits));
  }

  #readValue(reader: CursorReader): void {
    const kind = reader.peekKind();
    if (kind === Kind.float || kind === Kind.int) this.value = reader.readNumber('value');
    else reader.skip('value');
  }

  #readTime(reader: CursorReader): void {
    if (reader.tryReadNil()) return;
    const kind = reader.peekKind();
    if (kind === Kind.int || kind === Kind.float) {
      this.timeMs = reader.readNumber('time');
    } else if (kind === Kind.str) {
      reader.readStr('time');
      this.timeMs = parseRfc3339MsBytes(reader.bytes, reader.rangeStart, reader.rangeEnd);
    } else {
      reader.skip('time');
      this.timeMs = Number.NaN;
    }
    // The negation is for NaN.
    if (!(Math.abs(this.timeMs) <= timeMsMax)) this.#reject(RejectCode.invalidTime);
  }

  #readLabels(reader: CursorReader): void {
    this.#reject(readLabels(reader, this.labels, this.#limits));
  }

  #reject(reason: RejectCodeOrNone): void {
    this.reason = firstReject(this.reason, reason);
  }
}

const RowKey = { other: 0, name: 1, value: 2, timestamp: 3, labels: 4 } as const;

const asciiOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const keyName = asciiOf('name');
const keyValue = asciiOf('value');
const keyTimestamp = asciiOf('timestamp');
const keyLabels = asciiOf('labels');

/** Which key the reader's range holds. The four have four lengths, so one comparison of bytes decides. */
function rowKey(reader: CursorReader): number {
  switch (reader.rangeEnd - reader.rangeStart) {
    case 4:
      return matches(reader, keyName) ? RowKey.name : RowKey.other;
    case 5:
      return matches(reader, keyValue) ? RowKey.value : RowKey.other;
    case 6:
      return matches(reader, keyLabels) ? RowKey.labels : RowKey.other;
    case 9:
      return matches(reader, keyTimestamp) ? RowKey.timestamp : RowKey.other;
    default:
      return RowKey.other;
  }
}

function matches(reader: CursorReader, key: Uint8Array): boolean {
  const bytes = reader.bytes;
  const start = reader.rangeStart;
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false;
  return true;
}

/** A point with its series spelled out. */
export interface Row {
  readonly name: string;
  readonly value: number;
  /** ms since the epoch or RFC 3339; without it the time of arrival. */
  readonly timestamp?: number | string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Writes a ROWS frame, every row in the array form. */
export function encodeRows(writer: CursorWriter, seq: number, rows: readonly Row[]): void {
  writer.writeArrayHeader(3);
  writer.writeInt(Opcode.rows);
  writer.writeInt(seq);
  writer.writeArrayHeader(rows.length);
  for (const row of rows) writeRow(writer, row);
}

function writeRow(writer: CursorWriter, row: Row): void {
  const { name, value, timestamp, labels } = row;
  writer.writeArrayHeader(labels !== undefined ? 4 : timestamp !== undefined ? 3 : 2);
  writer.writeString(name);
  writer.writeNumber(value);
  if (typeof timestamp === 'string') writer.writeString(timestamp);
  else if (timestamp !== undefined) writer.writeNumber(timestamp);
  else if (labels !== undefined) writer.writeNil();
  if (labels !== undefined) writeLabels(writer, labels);
}
