import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BitSink, bitLength53, riceParameter } from '../../../native-free-core/histogram/bit-sink.js';
import { BitSource } from '../../../native-free-core/histogram/bit-source.js';

interface Code {
  write(sink: BitSink): void;
  read(source: BitSource): number;
  value: number;
}

const upTo = (max: number) =>
  fc.oneof(
    fc.nat(8),
    fc.nat(Math.min(max, 2 ** 31 - 1)),
    fc.maxSafeNat().map((value) => value % (max + 1)),
  );

const codes: fc.Arbitrary<Code> = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 32 }), fc.nat(0xffff_ffff)).map(([width, raw]) => {
    const value = width === 32 ? raw : raw % 2 ** width;
    return {
      value,
      write: (sink: BitSink) => sink.bits(value | 0, width),
      read: (s: BitSource) => s.bits(width),
    };
  }),
  fc.tuple(fc.integer({ min: 0, max: 53 }), fc.maxSafeNat()).map(([width, raw]) => {
    const value = raw % 2 ** width;
    return {
      value,
      write: (sink: BitSink) => sink.wide(value, width),
      read: (s: BitSource) => s.wide(width),
    };
  }),
  fc.tuple(fc.integer({ min: 0, max: 53 }), upTo(Number.MAX_SAFE_INTEGER)).map(([k, value]) => ({
    value,
    write: (sink: BitSink) => sink.rice(value, k),
    read: (s: BitSource) => s.rice(k),
  })),
  fc.tuple(fc.integer({ min: 0, max: 26 }), upTo(2 ** 51)).map(([k, value]) => ({
    value,
    write: (sink: BitSink) => sink.expGolomb(value, k),
    read: (s: BitSource) => s.expGolomb(k),
  })),
  fc.tuple(upTo(2 ** 52), fc.maxSafeNat()).map(([largest, raw]) => {
    const value = raw % (largest + 1);
    return {
      value,
      write: (sink: BitSink) => sink.uniform(value, largest + 1),
      read: (s: BitSource) => s.uniform(largest + 1),
    };
  }),
);

test('BitSource reads what BitSink wrote when codes of all kinds follow one another', () => {
  const sink = new BitSink();
  const source = new BitSource();
  fc.assert(
    fc.property(fc.array(codes, { maxLength: 60 }), fc.nat(9), (list, offset) => {
      const out = new Uint8Array(offset + 16 + list.length * 16);
      sink.start(out, offset);
      for (const code of list) code.write(sink);
      const end = sink.finish();
      source.start(out, offset, end);
      for (const code of list) assert.equal(code.read(source), code.value);
      assert.equal(source.overrun, false);
      assert.equal(source.offset, end);
      source.skip(8);
      assert.equal(source.overrun, true);
    }),
    { numRuns: 300 },
  );
});

test('BitSource ends when bytes are arbitrary', () => {
  const source = new BitSource();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), fc.integer({ min: 0, max: 53 }), (bytes, k) => {
      source.start(bytes, 0, bytes.length);
      for (let i = 0; i < 40; i++) {
        source.rice(k);
        source.expGolomb(k);
        source.uniform(2 ** k);
      }
    }),
  );
});

test('BitSink.uniform() takes floor or ceiling of log2 bits when the size is no power of two', () => {
  const sink = new BitSink();
  const bitsOf = (value: number, size: number) => {
    const out = new Uint8Array(32);
    sink.start(out, 0);
    for (let i = 0; i < 8; i++) sink.uniform(value, size);
    return sink.finish();
  };
  assert.equal(bitsOf(0, 1), 0);
  assert.equal(bitsOf(0, 3), 1);
  assert.equal(bitsOf(2, 3), 2);
  assert.equal(bitsOf(7, 8), 3);
});

test('bitLength53() and riceParameter() follow the magnitude when it exceeds 32 bits', () => {
  assert.equal(bitLength53(0), 0);
  assert.equal(bitLength53(2 ** 32 - 1), 32);
  assert.equal(bitLength53(2 ** 32), 33);
  assert.equal(bitLength53(Number.MAX_SAFE_INTEGER), 53);
  assert.equal(riceParameter(0.5), 0);
  assert.equal(riceParameter(2 ** 40), 40);
});
