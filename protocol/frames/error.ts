import { messageBytesMax } from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import type { DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Kind } from '../msgpack/msgpack-layout.js';
import { Opcode } from '../opcodes.js';
import { readText } from './fields.js';
import { closeFrame, openFrame, readSeq } from './frame-header.js';

/** An ERROR as it came; the fields hold only after status ok. Filled again for every frame. */
export class ErrorView {
  /** A number of `CloseCode`. An engine that names its errors with strings is understood too. */
  code: number | string = 0;
  /** What was expected and what came. */
  message = '';
  /** The batch that it is about; 0: none, or none that the engine could read. */
  seq = 0;
  readonly reader: CursorReader = new CursorReader();

  get failure(): DecodeFailure {
    return this.reader.failure;
  }
}

/** Reads an ERROR. */
export function decodeError(bytes: Uint8Array, view: ErrorView): DecodeStatus {
  const reader = view.reader;
  reader.reset(bytes);
  const extra = openFrame(reader, Opcode.error, 3);
  view.code =
    reader.peekKind() === Kind.str ? readText(reader, 'code', 0, messageBytesMax) : reader.readUint('code');
  view.message = readText(reader, 'message', 0, messageBytesMax);
  view.seq = reader.tryReadNil() ? 0 : readSeq(reader);
  closeFrame(reader, extra);
  reader.release();
  return reader.failure.status;
}

/** Writes an ERROR; `seq` 0 goes out as nil. */
export function encodeError(writer: CursorWriter, code: number, message: string, seq: number): void {
  writer.writeArrayHeader(4);
  writer.writeInt(Opcode.error);
  writer.writeInt(code);
  writer.writeString(message);
  if (seq === 0) writer.writeNil();
  else writer.writeInt(seq);
}
