import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Opcode } from '../opcodes.js';
import { readText } from './fields.js';
import { closeFrame, openFrame, readSeq } from './frame-header.js';

/** Points of one reason that were not taken since the last ACK. */
export interface RejectCount {
  /** A string of `rejectReasons`, or one that a later engine knows. */
  readonly reason: string;
  readonly count: number;
  /** Place of the first of them in its batch. */
  readonly firstIndex: number;
}

/** Bytes of a reject reason's string; ours have at most 19. */
const reasonBytesMax = 128;

/** An ACK as it came; the fields hold only after status ok. Filled again for every frame. */
export class AckView {
  /** Every batch up to and including this one is settled. */
  seq = 0;
  /** Points taken since the last ACK. */
  accepted = 0;
  /** Points not taken since the last ACK: a list of its own for each ACK that has any. */
  rejected: readonly RejectCount[] = none;
  readonly reader: CursorReader = new CursorReader();

  get failure(): DecodeFailure {
    return this.reader.failure;
  }
}

const none: readonly RejectCount[] = [];

/** Reads an ACK. */
export function decodeAck(bytes: Uint8Array, view: AckView): DecodeStatus {
  const reader = view.reader;
  reader.reset(bytes);
  const extra = openFrame(reader, Opcode.ack, 3);
  view.seq = readSeq(reader);
  view.accepted = reader.readUint('accepted');
  const count = reader.readArrayHeader('the list of reject reasons');
  const rejected: RejectCount[] = [];
  for (let i = 0; i < count && !reader.failed; i++) rejected.push(readRejectCount(reader));
  view.rejected = rejected.length === 0 ? none : rejected;
  closeFrame(reader, extra);
  reader.release();
  return reader.failure.status;
}

function readRejectCount(reader: CursorReader): RejectCount {
  const at = reader.position;
  const elements = reader.readArrayHeader('a reject reason');
  if (elements >= 0 && elements < 3) {
    reader.fail(
      DecodeStatus.wrongShape,
      at,
      `expected a reject reason as [reason, count, firstIndex], got ${elements} elements`,
    );
  }
  const reason = readText(reader, 'reason', 1, reasonBytesMax);
  const count = reader.readUint('count');
  const firstIndex = reader.readUint('firstIndex');
  for (let i = 3; i < elements && !reader.failed; i++) reader.skip('an extra element of a reject reason');
  return { reason, count, firstIndex };
}

/** Writes an ACK. */
export function encodeAck(
  writer: CursorWriter,
  seq: number,
  accepted: number,
  rejected: readonly RejectCount[],
): void {
  writer.writeArrayHeader(4);
  writer.writeInt(Opcode.ack);
  writer.writeInt(seq);
  writer.writeInt(accepted);
  writer.writeArrayHeader(rejected.length);
  for (const { reason, count, firstIndex } of rejected) {
    writer.writeArrayHeader(3);
    writer.writeString(reason);
    writer.writeInt(count);
    writer.writeInt(firstIndex);
  }
}
