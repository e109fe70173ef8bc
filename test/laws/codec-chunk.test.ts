import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CHUNK_CORRUPT,
  chunkBytesMax,
  decodeChunkInto,
  encodeChunkInto,
  peekChunkCount,
} from '../../native-free-core/codec/chunk.js';
import { anyColumn, bitsOf } from './codec-arbitraries.js';

function encode(times: Float64Array, values: Float64Array, count: number): Uint8Array {
  const out = new Uint8Array(chunkBytesMax(count) + 5);
  return out.slice(5, encodeChunkInto(times, values, 0, count, out, 5));
}

function decode(
  bytes: Uint8Array,
  room = 400,
): { answer: number; times: Float64Array; values: Float64Array } {
  const times = new Float64Array(room);
  const values = new Float64Array(room);
  return { answer: decodeChunkInto(bytes, 0, bytes.length, times, values, 0), times, values };
}

test('decodeChunkInto() gives every bit back when any two columns are a chunk', () => {
  fc.assert(
    fc.property(anyColumn, anyColumn, (times, values) => {
      const count = Math.min(times.length, values.length);
      const bytes = encode(times, values, count);
      const back = decode(bytes);
      assert.equal(back.answer, count);
      assert.equal(peekChunkCount(bytes, 0, bytes.length), count);
      assert.deepEqual(bitsOf(back.times, 0, count), bitsOf(times, 0, count));
      assert.deepEqual(bitsOf(back.values, 0, count), bitsOf(values, 0, count));
    }),
    { numRuns: 500 },
  );
});

test('decodeChunkInto() answers CHUNK_CORRUPT when any one bit of a chunk is flipped', () => {
  fc.assert(
    fc.property(anyColumn, anyColumn, (times, values) => {
      const bytes = encode(times, values, Math.min(times.length, values.length, 40));
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        bytes[bit >>> 3]! ^= 1 << (bit & 7);
        assert.equal(decode(bytes).answer, CHUNK_CORRUPT, `bit ${bit}`);
        bytes[bit >>> 3]! ^= 1 << (bit & 7);
      }
    }),
    { numRuns: 40 },
  );
});

test('decodeChunkInto() answers CHUNK_CORRUPT when a chunk is cut off, or bytes follow it', () => {
  fc.assert(
    fc.property(anyColumn, anyColumn, (times, values) => {
      const bytes = encode(times, values, Math.min(times.length, values.length, 40));
      for (let end = 0; end < bytes.length; end++)
        assert.equal(decode(bytes.subarray(0, end)).answer, CHUNK_CORRUPT);
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      longer[bytes.length] = 1;
      assert.equal(decode(longer).answer, CHUNK_CORRUPT);
    }),
    { numRuns: 60 },
  );
});

test('decodeChunkInto() and peekChunkCount() survive when the bytes are arbitrary', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.ok(decode(bytes).answer < 0);
      const count = peekChunkCount(bytes, 0, bytes.length);
      assert.ok(count < 0 || (count >= 1 && count <= 65_536));
    }),
    { numRuns: 2000 },
  );
});
