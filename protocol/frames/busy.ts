import { messageBytesMax } from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Opcode } from '../opcodes.js';
import { readText } from './fields.js';
import { closeFrame, openFrame, readSeq } from './frame-header.js';

/** A BUSY as it came; the fields hold only after status ok. Filled again for every frame. */
export class BusyView {
  /** This batch and every later one in flight were not taken. */
  seq = 0;
  retryAfterMs = 0;
  /** What ran full, for people. */
  reason = '';
  readonly reader: CursorReader = new CursorReader();

  get failure(): DecodeFailure {
    return this.reader.failure;
  }
}

/** Reads a BUSY. */
export function decodeBusy(bytes: Uint8Array, view: BusyView): DecodeStatus {
  const reader = view.reader;
  reader.reset(bytes);
  const extra = openFrame(reader, Opcode.busy, 3);
  view.seq = readSeq(reader);
  const at = reader.position;
  view.retryAfterMs = reader.readNumber('retryAfterMs');
  // The negation is for NaN.
  if (!reader.failed && !(view.retryAfterMs >= 0 && view.retryAfterMs < Number.POSITIVE_INFINITY)) {
    reader.fail(DecodeStatus.wrongShape, at, `expected retryAfterMs of 0 or more, got ${view.retryAfterMs}`);
  }
  view.reason = readText(reader, 'reason', 0, messageBytesMax);
  closeFrame(reader, extra);
  reader.release();
  return reader.failure.status;
}

/** Writes a BUSY. */
export function encodeBusy(writer: CursorWriter, seq: number, retryAfterMs: number, reason: string): void {
  writer.writeArrayHeader(4);
  writer.writeInt(Opcode.busy);
  writer.writeInt(seq);
  writer.writeNumber(retryAfterMs);
  writer.writeString(reason);
}
