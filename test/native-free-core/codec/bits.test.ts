import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packBits, unpackBits } from '../../../native-free-core/codec/bit-pack.js';
import {
  bitLength,
  loadWord,
  readBits,
  storeWord,
  trailingZeros,
  writeBits,
} from '../../../native-free-core/codec/bits.js';

const width = fc.integer({ min: 0, max: 32 });
const word = fc.nat(0xffff_ffff);
const low = (value: number, bits: number): number => (bits === 32 ? value : value % 2 ** bits);

test('writeBits() and readBits() agree when fields of any width follow each other', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.array(fc.tuple(word, width), { maxLength: 60 }), (first, fields) => {
      const out = new Uint8Array(300).fill(0xff);
      let bit = first;
      for (const [value, bits] of fields) bit = writeBits(out, 1, bit, value, bits);
      const end = 1 + ((bit + 7) >>> 3);
      assert.ok(
        out.subarray(end).every((byte) => byte === 0xff),
        'no byte after the last field is touched',
      );
      assert.ok(first < 8 || out[1] === 0xff, 'no byte before the first field is touched');
      let at = first;
      for (const [value, bits] of fields) {
        assert.equal(readBits(out, 1, end, at, bits), low(value, bits));
        at += bits;
      }
      assert.equal(at, bit);
    }),
  );
});

test('writeBits() keeps the bits below its position when it begins inside a byte', () => {
  const out = Uint8Array.of(0b101, 0xff);
  assert.equal(writeBits(out, 0, 3, 0b11, 2), 5);
  assert.deepEqual([...out], [0b11101, 0xff]);
});

test('readBits() and loadWord() take zero when bits lie at or after end', () => {
  const bytes = new Uint8Array(8).fill(0xff);
  assert.equal(readBits(bytes, 0, 2, 4, 32), 0xfff);
  assert.equal(readBits(bytes, 0, 2, 16, 32), 0);
  assert.equal(readBits(bytes, 0, 5, 7, 32) >>> 0, 0xffff_ffff);
  assert.equal(loadWord(bytes, 6, 7), 0xff);
  assert.equal(loadWord(bytes, 9, 7), 0);
});

test('storeWord() and loadWord() agree when any word is stored', () => {
  fc.assert(
    fc.property(word, (value) => {
      const out = new Uint8Array(6);
      storeWord(out, 1, value);
      assert.equal(loadWord(out, 1, 6) >>> 0, value);
    }),
  );
});

test('bitLength() and trailingZeros() count when the value is at an end', () => {
  assert.deepEqual([0, 1, 2, 255, 256, 0xffff_ffff].map(bitLength), [0, 1, 2, 8, 9, 32]);
  assert.deepEqual([0, 1, 2, 96, 0x8000_0000, -1].map(trailingZeros), [32, 0, 1, 5, 31, 0]);
});

test('packBits() and unpackBits() agree when width, position, stride and shift vary', () => {
  const cases = fc.record({
    values: fc.array(word, { minLength: 2, maxLength: 80 }),
    bits: width,
    first: fc.nat(40),
    stride: fc.constantFrom(1, 2),
    shift: fc.nat(31),
  });
  fc.assert(
    fc.property(cases, ({ values, bits, first, stride, shift }) => {
      const source = Uint32Array.from(values);
      const count = Math.floor(values.length / stride);
      const out = new Uint8Array(400).fill(0xff);
      const end = packBits(source, 0, stride, shift, count, bits, out, 1, first);
      assert.equal(end, first + count * bits);
      const stop = 1 + ((end + 7) >>> 3);
      assert.ok(
        out.subarray(stop).every((byte) => byte === 0xff),
        'no byte after the fields is touched',
      );
      const back = new Uint32Array(source.length).fill(7);
      assert.equal(unpackBits(out, 1, stop, first, count, bits, back, 0, stride, shift), end);
      for (let i = 0; i < count; i++) {
        const expected = (low(source[i * stride]! >>> shift, bits) << shift) >>> 0;
        assert.equal(back[i * stride], expected, `field ${i}`);
        if (stride === 2) assert.equal(back[i * 2 + 1], 7, 'the places between are kept');
      }
    }),
    { numRuns: 400 },
  );
});
