import { clientBytesMax, protocolVersion } from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Opcode } from '../opcodes.js';
import { readFields, readText } from './fields.js';
import { closeFrame, openFrame } from './frame-header.js';

/** The engine's answer to HELLO. */
export interface Welcome {
  /** The engine's name and version, for people. */
  readonly server: string;
  readonly maxFrameBytes: number;
  readonly maxPointsPerBatch: number;
  readonly maxInFlight: number;
  /** The highest seq of this producer that is durable; 0: none. */
  readonly lastSeq: number;
}

/** A WELCOME as it came; the fields hold only after status ok. Filled again for every frame. */
export class WelcomeView implements Welcome {
  version = 0;
  server = '';
  maxFrameBytes = 0;
  maxPointsPerBatch = 0;
  maxInFlight = 0;
  lastSeq = 0;
  readonly reader: CursorReader = new CursorReader();

  get failure(): DecodeFailure {
    return this.reader.failure;
  }
}

/** Reads a WELCOME. Every limit must be there and at least 1; `lastSeq` may be absent and is 0 then. */
export function decodeWelcome(bytes: Uint8Array, view: WelcomeView): DecodeStatus {
  const reader = view.reader;
  view.version = 0;
  view.server = '';
  view.maxFrameBytes = view.maxPointsPerBatch = view.maxInFlight = view.lastSeq = 0;
  reader.reset(bytes);
  const extra = openFrame(reader, Opcode.welcome, 1);
  const at = reader.position;
  readFields(reader, 'WELCOME', (key) => readWelcomeField(key, view));
  if (!reader.failed) checkWelcome(view, at);
  closeFrame(reader, extra);
  reader.release();
  return reader.failure.status;
}

function readWelcomeField(key: string, view: WelcomeView): boolean {
  const reader = view.reader;
  switch (key) {
    case 'v':
      view.version = reader.readUint('v');
      return true;
    case 'server':
      view.server = readText(reader, 'server', 0, clientBytesMax);
      return true;
    case 'maxFrameBytes':
    case 'maxPointsPerBatch':
    case 'maxInFlight':
    case 'lastSeq':
      view[key] = reader.readUint(key);
      return true;
    default:
      return false;
  }
}

function checkWelcome(view: WelcomeView, at: number): void {
  if (view.version !== protocolVersion) {
    view.reader.fail(DecodeStatus.wrongShape, at, `expected v ${protocolVersion}, got ${view.version}`);
  }
  for (const key of ['maxFrameBytes', 'maxPointsPerBatch', 'maxInFlight'] as const) {
    if (view[key] < 1) {
      view.reader.fail(DecodeStatus.wrongShape, at, `expected ${key} of at least 1, got ${view[key]}`);
    }
  }
}

/** Writes a WELCOME. */
export function encodeWelcome(writer: CursorWriter, welcome: Welcome): void {
  writer.writeArrayHeader(2);
  writer.writeInt(Opcode.welcome);
  writer.writeMapHeader(6);
  writer.writeString('v');
  writer.writeInt(protocolVersion);
  writer.writeString('server');
  writer.writeString(welcome.server);
  for (const key of ['maxFrameBytes', 'maxPointsPerBatch', 'maxInFlight', 'lastSeq'] as const) {
    writer.writeString(key);
    writer.writeInt(welcome[key]);
  }
}
