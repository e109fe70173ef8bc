import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  randomFrom,
  timeColumns,
  valueColumns,
} from '../../../bench/micro/native-free-core/codec/columns.js';
import {
  CHUNK_CORRUPT,
  CHUNK_MALFORMED,
  CHUNK_NEWER_VERSION,
  CHUNK_NO_ROOM,
  chunkBytesMax,
  decodeChunkInto,
  encodeChunkInto,
  peekChunkCount,
} from '../../../native-free-core/codec/chunk.js';
import { CHECKSUM_BYTES, CHUNK_VERSION } from '../../../native-free-core/codec/chunk-layout.js';
import { FORM_RAW } from '../../../native-free-core/codec/column-layout.js';
import { crc32c } from '../../../native-free-core/codec/crc32c.js';

function encode(times: Float64Array, values: Float64Array): Uint8Array {
  const out = new Uint8Array(chunkBytesMax(times.length));
  return out.slice(0, encodeChunkInto(times, values, 0, times.length, out, 0));
}

/** The bytes with the checksum they ought to have. */
function sealed(...content: number[]): Uint8Array {
  const bytes = new Uint8Array(content.length + CHECKSUM_BYTES);
  bytes.set(content);
  new DataView(bytes.buffer).setUint32(content.length, crc32c(bytes, 0, content.length), true);
  return bytes;
}

const decode = (bytes: Uint8Array, room = 300): number =>
  decodeChunkInto(bytes, 0, bytes.length, new Float64Array(room), new Float64Array(room), 0);

test('encodeChunkInto() stays below 0.39 bytes a point when a TSBS chunk has 200', () => {
  const random = randomFrom(77);
  let bytes = 0;
  for (let i = 0; i < 200; i++) {
    bytes += encode(
      timeColumns['regular, 10 s']!(random, 200),
      valueColumns['TSBS gauge']!(random, 200),
    ).length;
  }
  assert.ok(bytes / 40_000 < 0.39, `${bytes / 40_000} bytes a point`);
});

test('encodeChunkInto() takes 18 bytes when a chunk is one point', () => {
  assert.ok(encode(Float64Array.of(1_767_225_600_000), Float64Array.of(42)).length <= 18);
});

test('decodeChunkInto() writes at outStart when the output has more', () => {
  const bytes = encode(Float64Array.of(1, 2, 3), Float64Array.of(0.5, -0, Number.NaN));
  const times = new Float64Array(6).fill(9);
  const values = new Float64Array(6).fill(9);
  assert.equal(decodeChunkInto(bytes, 0, bytes.length, times, values, 2), 3);
  assert.deepEqual([...times], [9, 9, 1, 2, 3, 9]);
  assert.deepEqual([...values], [9, 9, 0.5, -0, Number.NaN, 9]);
});

test('decodeChunkInto() keeps the order of arrival when times are equal', () => {
  const times = Float64Array.of(5, 5, 5, 5);
  const values = Float64Array.of(3, 1, 2, 1);
  const bytes = encode(times, values);
  const back = new Float64Array(4);
  assert.equal(decodeChunkInto(bytes, 0, bytes.length, new Float64Array(4), back, 0), 4);
  assert.deepEqual(back, values);
});

test('decodeChunkInto() answers CHUNK_NO_ROOM when an output is too short', () => {
  const bytes = encode(new Float64Array(10), new Float64Array(10));
  const long = new Float64Array(10);
  const short = new Float64Array(9);
  assert.equal(decodeChunkInto(bytes, 0, bytes.length, short, long, 0), CHUNK_NO_ROOM);
  assert.equal(decodeChunkInto(bytes, 0, bytes.length, long, short, 0), CHUNK_NO_ROOM);
  assert.equal(decodeChunkInto(bytes, 0, bytes.length, long, long, 1), CHUNK_NO_ROOM);
});

test('decodeChunkInto() and peekChunkCount() tell a newer version from damage when the checksum holds', () => {
  const newer = sealed(CHUNK_VERSION + 1, 1, 2, 3, 4, 5);
  assert.equal(decode(newer), CHUNK_NEWER_VERSION);
  assert.equal(peekChunkCount(newer, 0, newer.length), CHUNK_NEWER_VERSION);
  newer[0] = CHUNK_VERSION;
  assert.equal(decode(newer), CHUNK_CORRUPT);
});

test('decodeChunkInto() answers CHUNK_MALFORMED when the checksum holds and the content does not', () => {
  const constant = [0x06, 0x02];
  assert.equal(decode(sealed(CHUNK_VERSION, 1, ...constant, ...constant)), 2);
  const check = (...content: number[]) =>
    assert.equal(decode(sealed(...content)), CHUNK_MALFORMED, content.join(' '));
  check(0, 1, ...constant, ...constant);
  check(CHUNK_VERSION, 1, ...constant, ...constant, 0);
  check(CHUNK_VERSION, 1, 0x07, 0x02, ...constant);
  check(CHUNK_VERSION, 1, ...constant, FORM_RAW, 0x02);
  // 65,537 points; a count that never ends.
  check(CHUNK_VERSION, 0x80, 0x80, 0x04, ...constant, ...constant);
  check(CHUNK_VERSION, 0xff, 0xff, 0xff, 0xff, 0xff);
});

test('decodeChunkInto() answers CHUNK_CORRUPT when there are too few bytes for a chunk', () => {
  assert.equal(decode(new Uint8Array(0)), CHUNK_CORRUPT);
  assert.equal(decode(new Uint8Array(7)), CHUNK_CORRUPT);
});

test('encodeChunkInto() and decodeChunkInto() assert when the caller passes what can be no chunk', () => {
  const column = new Float64Array(2);
  assert.throws(() => encodeChunkInto(column, column, 0, 0, new Uint8Array(99), 0), /BUG/);
  assert.throws(() => encodeChunkInto(column, column, 0, 2, new Uint8Array(chunkBytesMax(2) - 1), 0), /BUG/);
  assert.throws(() => decodeChunkInto(new Uint8Array(9), 0, 10, column, column, 0), /BUG/);
});
