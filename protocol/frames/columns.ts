import { assert } from '../assert.js';
import { defaultWireLimits } from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Opcode } from '../opcodes.js';
import { ColumnsLayout } from './columns-layout.js';
import { closeFrame, openFrame, readSeq } from './frame-header.js';

/**
 * Where the columns of a COLUMNS frame lie: offsets into the frame's bytes, not aligned to anything. Made once a
 * connection or thread and filled again for every frame. After a status other than ok `count` is 0, and `seq`
 * is the batch's number if it could be read, otherwise 0.
 */
export class ColumnsView {
  seq = 0;
  /** Any number that came, NaN and infinities too: then every point of the batch has an invalid time. */
  baseMs = 0;
  count = 0;
  refsOffset = 0;
  /** -1: dt is nil, all points are at `baseMs`. */
  dtOffset = -1;
  valuesOffset = 0;
  readonly pointsMax: number;
  readonly reader: CursorReader = new CursorReader();

  constructor(pointsMax: number = defaultWireLimits.pointsPerBatchMax) {
    this.pointsMax = pointsMax;
  }

  get failure(): DecodeFailure {
    return this.reader.failure;
  }
}

/** Finds the columns in `bytes`, which is one whole frame. Copies nothing and keeps nothing of it. */
export function decodeColumns(bytes: Uint8Array, view: ColumnsView): DecodeStatus {
  const reader = view.reader;
  view.seq = 0;
  view.count = 0;
  view.dtOffset = -1;
  reader.reset(bytes);
  const extra = openFrame(reader, Opcode.columns, 5);
  view.seq = readSeq(reader);
  view.baseMs = reader.readNumber('baseMs');
  reader.readBin('refs');
  view.refsOffset = reader.rangeStart;
  const refsBytes = reader.rangeEnd - reader.rangeStart;
  let dtBytes = refsBytes;
  if (!reader.tryReadNil()) {
    reader.readBin('dt');
    view.dtOffset = reader.rangeStart;
    dtBytes = reader.rangeEnd - reader.rangeStart;
  }
  reader.readBin('values');
  view.valuesOffset = reader.rangeStart;
  const valuesBytes = reader.rangeEnd - reader.rangeStart;
  closeFrame(reader, extra);
  if (!reader.failed) checkLengths(view, refsBytes, dtBytes, valuesBytes);
  reader.release();
  return reader.failure.status;
}

function checkLengths(view: ColumnsView, refsBytes: number, dtBytes: number, valuesBytes: number): void {
  const count = refsBytes / ColumnsLayout.refBytes;
  if (
    !Number.isInteger(count) ||
    dtBytes !== count * ColumnsLayout.dtBytes ||
    valuesBytes !== count * ColumnsLayout.valueBytes
  ) {
    const dt = view.dtOffset < 0 ? 'nil' : `${dtBytes} bytes`;
    view.reader.fail(
      DecodeStatus.wrongShape,
      view.refsOffset,
      `expected columns of 4, 4 and 8 bytes a point, got refs of ${refsBytes} bytes, dt of ${dt}, values of ${valuesBytes} bytes`,
    );
  } else if (count > view.pointsMax) {
    view.reader.fail(
      DecodeStatus.overLimit,
      view.refsOffset,
      `expected at most ${view.pointsMax} points in a batch, got ${count}`,
    );
  } else {
    view.count = count;
  }
}

/** Columns as the caller holds them; all of one length. Without dt all points are at the base time. */
export interface Columns {
  readonly refs: Uint32Array;
  readonly dt?: Int32Array | undefined;
  readonly values: Float64Array;
}

/** Writes a COLUMNS frame in its shortest form. */
export function encodeColumns(writer: CursorWriter, seq: number, baseMs: number, columns: Columns): void {
  const { refs, dt, values } = columns;
  assert(
    refs.length === values.length && (dt === undefined || dt.length === refs.length),
    'columns must have one length',
  );
  writer.writeArrayHeader(6);
  writer.writeInt(Opcode.columns);
  writer.writeInt(seq);
  writer.writeNumber(baseMs);
  writer.writeColumn(refs);
  if (dt === undefined) writer.writeNil();
  else writer.writeColumn(dt);
  writer.writeColumn(values);
}
