import {
  clientBytesMax,
  instanceBytesMax,
  producerBytesMax,
  protocolVersion,
  tokenBytesMax,
} from '../limits.js';
import { CursorReader } from '../msgpack/cursor-reader.js';
import type { CursorWriter } from '../msgpack/cursor-writer.js';
import { type DecodeFailure, DecodeStatus } from '../msgpack/decode-failure.js';
import { Opcode } from '../opcodes.js';
import { readFields, readOptionalText, readText } from './fields.js';
import { closeFrame, openFrame } from './frame-header.js';

/** When a batch is acknowledged: when it survives a power cut, or when its shard has taken it. */
export type AckLevel = 'durable' | 'memory';

/** What a producer says of itself. */
export interface Hello {
  readonly producer?: string | undefined;
  readonly token?: string | undefined;
  /** Without it: durable. */
  readonly ack?: AckLevel | undefined;
  /** Library and version, for operators to read. */
  readonly client?: string | undefined;
  /** Of a named producer: a text of chance that its process made once, by which its own connections know each other. */
  readonly instance?: string | undefined;
  /** Which connection of the instance this is, counted from 1. */
  readonly attempt?: number | undefined;
  /** The points are a history: they may be as old as any tier keeps, not only as raw points are kept. */
  readonly backfill?: boolean | undefined;
}

/** A HELLO as it came; the fields hold only after status ok. Filled again for every frame. */
export class HelloView {
  version = 0;
  /** Empty: no name, so seq counts per connection. */
  producer = '';
  /** Empty: no token. */
  token = '';
  ack: AckLevel = 'durable';
  client = '';
  /** Empty: none. */
  instance = '';
  attempt = 0;
  backfill = false;
  readonly reader: CursorReader = new CursorReader();

  get failure(): DecodeFailure {
    return this.reader.failure;
  }
}

/** Reads a HELLO. A version other than 1, or an ack level that isn't one, is of the wrong shape. */
export function decodeHello(bytes: Uint8Array, view: HelloView): DecodeStatus {
  const reader = view.reader;
  view.version = 0;
  view.producer = '';
  view.token = '';
  view.ack = 'durable';
  view.client = '';
  view.instance = '';
  view.attempt = 0;
  view.backfill = false;
  reader.reset(bytes);
  const extra = openFrame(reader, Opcode.hello, 1);
  const at = reader.position;
  readFields(reader, 'HELLO', (key) => readHelloField(key, view));
  if (!reader.failed && view.version !== protocolVersion) {
    const came = view.version === 0 ? 'none' : view.version;
    reader.fail(DecodeStatus.wrongShape, at, `expected v ${protocolVersion}, got ${came}`);
  }
  closeFrame(reader, extra);
  reader.release();
  return reader.failure.status;
}

function readHelloField(key: string, view: HelloView): boolean {
  const reader = view.reader;
  switch (key) {
    case 'v':
      view.version = reader.readUint('v');
      return true;
    case 'producer':
      view.producer = readOptionalText(reader, 'producer', 1, producerBytesMax) ?? '';
      return true;
    case 'token':
      view.token = readOptionalText(reader, 'token', 0, tokenBytesMax) ?? '';
      return true;
    case 'client':
      view.client = readOptionalText(reader, 'client', 0, clientBytesMax) ?? '';
      return true;
    case 'instance':
      view.instance = readOptionalText(reader, 'instance', 0, instanceBytesMax) ?? '';
      return true;
    case 'attempt':
      view.attempt = reader.tryReadNil() ? 0 : reader.readUint('attempt');
      return true;
    case 'backfill':
      view.backfill = !reader.tryReadNil() && reader.readBool('backfill');
      return true;
    case 'ack':
      readAckLevel(view);
      return true;
    default:
      return false;
  }
}

function readAckLevel(view: HelloView): void {
  const reader = view.reader;
  if (reader.tryReadNil()) return;
  const at = reader.position;
  // Enough for any sensible spelling, so that the text can show it.
  const level = readText(reader, 'ack', 1, 32);
  if (reader.failed) return;
  if (level === 'durable' || level === 'memory') view.ack = level;
  else
    reader.fail(
      DecodeStatus.wrongShape,
      at,
      `expected ack as "durable" or "memory", got ${JSON.stringify(level)}`,
    );
}

/** Writes a HELLO. */
export function encodeHello(writer: CursorWriter, hello: Hello): void {
  const { attempt, backfill } = hello;
  const texts = (['producer', 'token', 'ack', 'client', 'instance'] as const).filter(
    (key) => hello[key] !== undefined,
  );
  const others = (attempt === undefined ? 0 : 1) + (backfill === undefined ? 0 : 1);
  writer.writeArrayHeader(2);
  writer.writeInt(Opcode.hello);
  writer.writeMapHeader(1 + texts.length + others);
  writer.writeString('v');
  writer.writeInt(protocolVersion);
  for (const key of texts) {
    writer.writeString(key);
    writer.writeString(hello[key] ?? '');
  }
  if (attempt !== undefined) {
    writer.writeString('attempt');
    writer.writeInt(attempt);
  }
  if (backfill !== undefined) {
    writer.writeString('backfill');
    writer.writeBool(backfill);
  }
}
