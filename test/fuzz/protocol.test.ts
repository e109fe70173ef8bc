import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import {
  AckView,
  BusyView,
  ColumnsBuffer,
  ColumnsView,
  DecodeStatus,
  decodeAck,
  decodeBusy,
  decodeColumns,
  decodeError,
  decodeHello,
  decodeWelcome,
  ErrorView,
  HelloView,
  ItemStatus,
  peekOpcode,
  RowsReader,
  SeriesReader,
  WelcomeView,
} from '../../protocol/index.js';
import { CursorReader } from '../../protocol/msgpack/cursor-reader.js';
import { fromHex } from '../protocol/hex.js';

const frames = Number(process.env['MILLRACE_FUZZ_FRAMES'] ?? 20_000);
const firstSeed = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 1);

/** mulberry32: 32 bits of state, so that one number reproduces a frame. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const interesting = [
  0x00, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc4, 0xc6, 0xc9, 0xcb, 0xcf, 0xd3, 0xdb, 0xdd, 0xdf, 0xff,
];

const corpus: Uint8Array[] = [
  ...(JSON.parse(readFileSync('test/vectors/wire.json', 'utf8')) as { hex: string }[]).map(({ hex }) =>
    fromHex(hex),
  ),
  encode([2, 5, 1000, new Uint8Array(400), new Uint8Array(400), new Uint8Array(800)]),
  encode([1, Array.from({ length: 20 }, (_, i) => [i, `metric.${i}`, { host: `h${i}`, é: 'ü', empty: '' }])]),
  encode([
    3,
    9,
    [
      ['a', 1, 5, { k: 'v', k2: 'v2' }],
      { name: 'b', value: -1.5, timestamp: '2024-01-01T00:00:00.5Z', labels: { x: 'y' } },
      { labels: null, name: 'c', later: [[[1]]], value: 2 ** 40 },
      [null, null],
    ],
  ]),
];

/** One frame: a good one with a few bytes changed, cut, doubled or put in, and now and then bytes of chance alone. */
function mutate(seed: number): Uint8Array {
  const random = randomOf(seed);
  if (random(20) === 0) return Uint8Array.from({ length: random(64) }, () => random(256));
  let bytes = corpus[random(corpus.length)]!.slice();
  for (let changes = 1 + random(4); changes > 0 && bytes.length > 0; changes--) {
    const at = random(bytes.length);
    const byte = random(2) === 0 ? interesting[random(interesting.length)]! : random(256);
    switch (random(5)) {
      case 0:
        bytes[at] = byte;
        break;
      case 1:
        bytes[at] = bytes[at]! ^ (1 << random(8));
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = Uint8Array.from([...bytes.subarray(0, at), byte, ...bytes.subarray(at)]);
        break;
      default: {
        const to = Math.min(bytes.length, at + 1 + random(16));
        bytes = Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(at)]);
      }
    }
  }
  return bytes;
}

const columns = new ColumnsView();
const buffer = new ColumnsBuffer();
const series = new SeriesReader();
const rows = new RowsReader();
const views = [
  (bytes: Uint8Array) => decodeHello(bytes, hello),
  (bytes: Uint8Array) => decodeWelcome(bytes, welcome),
  (bytes: Uint8Array) => decodeAck(bytes, ack),
  (bytes: Uint8Array) => decodeBusy(bytes, busy),
  (bytes: Uint8Array) => decodeError(bytes, error),
];
const hello = new HelloView();
const welcome = new WelcomeView();
const ack = new AckView();
const busy = new BusyView();
const error = new ErrorView();

function inside(bytes: Uint8Array, start: number, end: number): void {
  assert.ok(start >= 0 && start <= end && end <= bytes.length, `range ${start}..${end} of ${bytes.length}`);
}

function checkColumns(bytes: Uint8Array): void {
  if (decodeColumns(bytes, columns) !== DecodeStatus.ok) {
    assert.equal(columns.count, 0);
    assert.notEqual(columns.failure.text, '');
    return;
  }
  inside(bytes, columns.refsOffset, columns.refsOffset + 4 * columns.count);
  inside(bytes, columns.valuesOffset, columns.valuesOffset + 8 * columns.count);
  if (columns.dtOffset >= 0) inside(bytes, columns.dtOffset, columns.dtOffset + 4 * columns.count);
  buffer.load(bytes, columns);
}

function checkItems(bytes: Uint8Array, reader: SeriesReader | RowsReader): void {
  const opened = reader.open(bytes);
  let status: ItemStatus;
  let items = 0;
  while ((status = reader.next()) < ItemStatus.end) {
    // Every item takes at least a byte, so a reader that goes on for longer is in a loop.
    assert.ok(++items <= bytes.length, 'more items than bytes');
    inside(bytes, reader.nameStart, reader.nameEnd);
    assert.equal(status === ItemStatus.rejected, reader.reason !== 0);
    for (let i = 0; i < reader.labels.count; i++) {
      inside(bytes, reader.labels.nameStart(i), reader.labels.nameEnd(i));
      inside(bytes, reader.labels.valueStart(i), reader.labels.valueEnd(i));
    }
    if (reader instanceof RowsReader && status === ItemStatus.item) assert.ok(Number.isFinite(reader.value));
  }
  assert.equal(status === ItemStatus.broken, reader.failure.status !== DecodeStatus.ok);
  if (opened !== DecodeStatus.ok) assert.equal(items, 0);
  assert.equal(reader.next(), status, 'the end stays the end');
  reader.release();
}

test(`decoders survive ${frames} mutated frames`, () => {
  for (let seed = firstSeed; seed < firstSeed + frames; seed++) {
    const bytes = mutate(seed);
    try {
      peekOpcode(bytes);
      checkColumns(bytes);
      checkItems(bytes, series);
      checkItems(bytes, rows);
      for (const view of views) view(bytes);
      const reader = new CursorReader();
      reader.reset(bytes);
      reader.skip('anything');
      inside(bytes, 0, reader.position);
    } catch (caught) {
      throw new Error(`MILLRACE_FUZZ_SEED=${seed} MILLRACE_FUZZ_FRAMES=1 reproduces it`, { cause: caught });
    }
  }
});

test('decoders read no byte outside of the frame', () => {
  // The same frame inside of larger memory that would continue it: a reader that looked behind would see more.
  for (const frame of corpus) {
    for (let cut = 0; cut < frame.length; cut++) {
      const alone = frame.slice(0, cut);
      const within = frame.subarray(0, cut);
      assert.equal(decodeColumns(within, columns), decodeColumns(alone, columns));
      for (const view of views) assert.equal(view(within), view(alone));
      assert.notEqual(decodeColumns(within, columns), DecodeStatus.ok);
    }
  }
});
