import { assert } from '../assert.js';
import { type Columns, ColumnsView, decodeColumns } from '../frames/columns.js';
import { ColumnsBuffer } from '../frames/columns-buffer.js';
import {
  ColumnsLayout,
  columnsFrameBytes,
  dtLeadOffset,
  valuesLeadOffset,
} from '../frames/columns-layout.js';
import { DecodeStatus } from '../msgpack/decode-failure.js';
import { writeFloat64, writeUint32 } from '../msgpack/float-bits.js';
import { Lead } from '../msgpack/msgpack-layout.js';
import { Opcode } from '../opcodes.js';

const two32 = 2 ** 32;

/** A COLUMNS frame of all the points in `columns`, in memory of its own, numbered 1 until `setSeq`. */
export function buildColumnsFrame(baseMs: number, columns: Columns): Uint8Array {
  const { refs, dt, values } = columns;
  const count = refs.length;
  const frame = new Uint8Array(columnsFrameBytes(count, dt !== undefined));
  frame[0] = ColumnsLayout.arrayLead;
  frame[ColumnsLayout.opcodeOffset] = Opcode.columns;
  frame[ColumnsLayout.seqLeadOffset] = Lead.uint64;
  frame[ColumnsLayout.baseLeadOffset] = Lead.float64;
  setSeq(frame, 1);
  writeFloat64(frame, ColumnsLayout.baseOffset, baseMs);
  writeColumn(frame, ColumnsLayout.refsLeadOffset, refs);
  if (dt === undefined) frame[dtLeadOffset(count)] = Lead.nil;
  else writeColumn(frame, dtLeadOffset(count), dt);
  writeColumn(frame, valuesLeadOffset(count, dt !== undefined), values);
  return frame;
}

/** Gives the batch in `frame` its number. */
export function setSeq(frame: Uint8Array, seq: number): void {
  writeUint32(frame, ColumnsLayout.seqOffset, Math.floor(seq / two32));
  writeUint32(frame, ColumnsLayout.seqOffset + 4, seq >>> 0);
}

/** A batch without points: it holds a number's place in the sequence. */
export function buildEmptyFrame(): Uint8Array {
  return buildColumnsFrame(0, { refs: new Uint32Array(0), values: new Float64Array(0) });
}

/** The points of `frame` in frames of at most `pointsMax`, in order; for an engine that takes less than was assumed. */
export function splitColumnsFrame(frame: Uint8Array, pointsMax: number): Uint8Array[] {
  const view = new ColumnsView(Number.POSITIVE_INFINITY);
  const status = decodeColumns(frame, view);
  assert(status === DecodeStatus.ok, `a frame that was built here must decode: ${view.failure.text}`);
  const buffer = new ColumnsBuffer(view.count);
  buffer.load(frame, view);
  const parts: Uint8Array[] = [];
  for (let from = 0; from < view.count; from += pointsMax) {
    const to = Math.min(view.count, from + pointsMax);
    parts.push(
      buildColumnsFrame(view.baseMs, {
        refs: buffer.refs.subarray(from, to),
        dt: view.dtOffset < 0 ? undefined : buffer.dt.subarray(from, to),
        values: buffer.values.subarray(from, to),
      }),
    );
  }
  return parts;
}

function writeColumn(frame: Uint8Array, at: number, column: Uint32Array | Int32Array | Float64Array): void {
  frame[at] = Lead.bin32;
  writeUint32(frame, at + 1, column.byteLength);
  frame.set(
    new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
    at + ColumnsLayout.binHeaderBytes,
  );
}
