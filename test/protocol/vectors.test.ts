import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode } from '@msgpack/msgpack';
import {
  AckView,
  BusyView,
  CursorWriter,
  type DecodeFailure,
  decodeAck,
  decodeBusy,
  decodeError,
  decodeHello,
  decodeWelcome,
  ErrorView,
  encodeAck,
  encodeBusy,
  encodeColumns,
  encodeError,
  encodeHello,
  encodeRows,
  encodeSeries,
  encodeWelcome,
  HelloView,
  parseRfc3339Ms,
  peekOpcode,
  rejectReasons,
  WelcomeView,
} from '../../protocol/index.js';
import { readColumns, readRows, readSeries } from './frames/read-frames.js';
import { fromHex, toHex } from './hex.js';

// biome-ignore lint/suspicious/noExplicitAny: the fields of a vector are whatever its frame has.
type Fields = any;

interface Vector {
  title: string;
  frame: string;
  hex: string;
  fields: Fields;
}

// Found from the working directory, which is the repository's root, because the compiled test lies elsewhere.
const vectors: Vector[] = JSON.parse(readFileSync('test/vectors/wire.json', 'utf8'));

const encoders: Record<string, (writer: CursorWriter, fields: Fields) => void> = {
  hello: encodeHello,
  series: (writer, { bindings }) => encodeSeries(writer, bindings),
  columns: (writer, { seq, baseMs, refs, dt, values }) =>
    encodeColumns(writer, seq, baseMs, {
      refs: Uint32Array.from(refs),
      dt: dt === null ? undefined : Int32Array.from(dt),
      values: Float64Array.from(values),
    }),
  rows: (writer, { seq, rows }) => encodeRows(writer, seq, rows),
  welcome: encodeWelcome,
  ack: (writer, { seq, accepted, rejected }) => encodeAck(writer, seq, accepted, rejected),
  busy: (writer, { seq, retryAfterMs, reason }) => encodeBusy(writer, seq, retryAfterMs, reason),
  error: (writer, { code, message, seq }) => encodeError(writer, code, message, seq),
};

const opcodes: Record<string, number> = {
  hello: 0,
  series: 1,
  columns: 2,
  rows: 3,
  welcome: 64,
  ack: 65,
  busy: 66,
  error: 67,
};

/** The fields of a view, without what isn't of the frame. */
function fieldsOf<View extends { readonly failure: DecodeFailure; readonly reader: unknown }>(
  decoder: (bytes: Uint8Array, view: View) => number,
  view: View,
  bytes: Uint8Array,
): unknown {
  const status = decoder(bytes, view);
  if (status !== 0) return view.failure.text;
  const { reader: _reader, version: _version, ...fields } = view as View & { version?: number };
  return fields;
}

function read(frame: string, bytes: Uint8Array): unknown {
  switch (frame) {
    case 'hello':
      return fieldsOf(decodeHello, new HelloView(), bytes);
    case 'series':
      return readSeries(bytes);
    case 'columns':
      return readColumns(bytes);
    case 'rows':
      return readRows(bytes);
    case 'welcome':
      return fieldsOf(decodeWelcome, new WelcomeView(), bytes);
    case 'ack':
      return fieldsOf(decodeAck, new AckView(), bytes);
    case 'busy':
      return fieldsOf(decodeBusy, new BusyView(), bytes);
    default:
      return fieldsOf(decodeError, new ErrorView(), bytes);
  }
}

/** The fields as a reader answers them: defaults filled in, times in ms. */
function expected(frame: string, fields: Fields): unknown {
  if (frame === 'hello') {
    const absent = { producer: '', token: '', client: '', instance: '', attempt: 0, backfill: false };
    return { ...absent, ack: 'durable', ...fields };
  }
  if (frame !== 'rows') return fields;
  const rows = fields.rows.map((row: Fields) =>
    typeof row.timestamp === 'string' ? { ...row, timestamp: parseRfc3339Ms(row.timestamp) } : row,
  );
  return { ...fields, rows };
}

for (const { title, frame, hex, fields } of vectors) {
  test(`wire.json: ${title}`, () => {
    const writer = new CursorWriter(1);
    encoders[frame]!(writer, fields);
    assert.equal(toHex(writer.view()), hex);
    assert.deepEqual(read(frame, fromHex(hex)), expected(frame, fields));
    assert.equal(peekOpcode(fromHex(hex)), opcodes[frame]);
    const array = decode(fromHex(hex)) as unknown[];
    assert.equal(array[0], opcodes[frame], 'another reader of MessagePack sees the same opcode');
  });
}

test('wire.json has every frame of the protocol', () => {
  assert.deepEqual(new Set(vectors.map(({ frame }) => frame)), new Set(Object.keys(opcodes)));
});

test('docs/protocol.md shows bytes that are vectors, the three of the contract among them', () => {
  const blocks = readFileSync('docs/protocol.md', 'utf8').matchAll(/```hex\n([^`]*)```/g);
  const shown = [...blocks].flatMap(([, block]) => block!.trim().split('\n'));
  const known = new Set(vectors.map(({ hex }) => hex));
  for (const hex of shown) assert.ok(known.has(hex), hex);
  for (const { title, hex } of vectors) if (title.includes('contract')) assert.ok(shown.includes(hex), title);
});

test('docs/protocol.md lists the reject reasons under their numbers', () => {
  const page = readFileSync('docs/protocol.md', 'utf8');
  for (const [code, reason] of rejectReasons.entries()) {
    if (code > 0) assert.ok(page.includes(`| ${code} | \`${reason}\` |`), reason);
  }
});
