import { defaultWireLimits, refMax, type WireLimits } from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Kind } from '../msgpack/msgpack-layout.js';
import { Opcode } from '../opcodes.js';
import { firstReject, RejectCode, type RejectCodeOrNone } from '../reject-reasons.js';
import { closeFrame, openFrame } from './frame-header.js';
import { ItemStatus } from './item-status.js';
import { checkName, LabelRanges, readLabels, writeLabels } from './labels.js';

/**
 * Reads the bindings of a SERIES frame one by one, as byte ranges of the frame. A binding whose name or labels
 * are bad is `rejected` with its `ref` and `reason`: the frame goes on, and the points of that ref are to be
 * rejected for the same reason. An entry that isn't `[ref, name, labels]` breaks the frame.
 *
 *   reader.open(bytes); while ((status = reader.next()) < ItemStatus.end) { … } reader.release();
 */
export class SeriesReader {
  ref = 0;
  nameStart = 0;
  nameEnd = 0;
  reason: RejectCodeOrNone = 0;
  readonly labels: LabelRanges;
  readonly #limits: WireLimits;
  readonly #reader: CursorReader = new CursorReader();
  #left = 0;
  #extra = 0;

  constructor(limits: WireLimits = defaultWireLimits) {
    this.#limits = limits;
    this.labels = new LabelRanges(limits.labelsMax);
  }

  get failure(): DecodeFailure {
    return this.#reader.failure;
  }

  /** Starts on a frame; it is used until `release()`. */
  open(bytes: Uint8Array): DecodeStatus {
    const reader = this.#reader;
    reader.reset(bytes);
    this.#extra = openFrame(reader, Opcode.series, 1);
    this.#left = Math.max(0, reader.readArrayHeader('the list of series'));
    return reader.failure.status;
  }

  /** Moves to the next binding. */
  next(): ItemStatus {
    const reader = this.#reader;
    if (reader.failed) return ItemStatus.broken;
    if (this.#left === 0) {
      closeFrame(reader, this.#extra);
      this.#extra = 0;
      return reader.failed ? ItemStatus.broken : ItemStatus.end;
    }
    this.#left--;
    this.#readEntry(reader);
    if (reader.failed) return ItemStatus.broken;
    return this.reason === 0 ? ItemStatus.item : ItemStatus.rejected;
  }

  /** Lets go of the frame. */
  release(): void {
    this.#reader.release();
  }

  #readEntry(reader: CursorReader): void {
    const start = reader.position;
    const elements = reader.readArrayHeader('a series');
    if (elements >= 0 && elements < 2) {
      reader.fail(
        DecodeStatus.wrongShape,
        start,
        `expected a series as [ref, name, labels], got ${elements} elements`,
      );
    }
    this.ref = reader.readUint('ref', refMax);
    this.reason = this.#readName(reader);
    this.labels.clear();
    if (elements > 2) this.reason = firstReject(this.reason, readLabels(reader, this.labels, this.#limits));
    for (let i = 3; i < elements && !reader.failed; i++) reader.skip('an extra element of a series');
  }

  #readName(reader: CursorReader): RejectCodeOrNone {
    if (reader.peekKind() !== Kind.str) {
      reader.skip('name');
      this.nameStart = this.nameEnd = 0;
      return RejectCode.invalidName;
    }
    reader.readStr('name');
    this.nameStart = reader.rangeStart;
    this.nameEnd = reader.rangeEnd;
    return checkName(reader.bytes, this.nameStart, this.nameEnd, this.#limits);
  }
}

/** A binding of a connection-local number to a series. */
export interface SeriesBinding {
  readonly ref: number;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Writes a SERIES frame. */
export function encodeSeries(writer: CursorWriter, bindings: readonly SeriesBinding[]): void {
  writeSeriesHeader(writer, bindings.length);
  for (const binding of bindings) writeSeriesEntry(writer, binding);
}

/** The start of a SERIES frame that `count` entries follow. */
export function writeSeriesHeader(writer: CursorWriter, count: number): void {
  writer.writeArrayHeader(2);
  writer.writeInt(Opcode.series);
  writer.writeArrayHeader(count);
}

/** One entry of a SERIES frame: `[ref, name, labels]`. */
export function writeSeriesEntry(writer: CursorWriter, binding: SeriesBinding): void {
  writer.writeArrayHeader(3);
  writer.writeInt(binding.ref);
  writer.writeString(binding.name);
  writeLabels(writer, binding.labels ?? {});
}
