import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, Encoder, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { CursorReader } from '../../../protocol/msgpack/cursor-reader.js';
import { CursorWriter } from '../../../protocol/msgpack/cursor-writer.js';
import { DecodeStatus } from '../../../protocol/msgpack/decode-failure.js';
import { Kind } from '../../../protocol/msgpack/msgpack-layout.js';
import { decodeUtf8 } from '../../../protocol/utf8.js';
import { fromHex, toHex } from '../hex.js';

function written(write: (writer: CursorWriter) => void): Uint8Array {
  const writer = new CursorWriter(1);
  write(writer);
  return writer.copy();
}

function reading(bytes: Uint8Array): CursorReader {
  const reader = new CursorReader();
  reader.reset(bytes);
  return reader;
}

/** Reads any value with the cursor, as @msgpack/msgpack would; bin as a list of numbers. */
function readAny(reader: CursorReader): unknown {
  switch (reader.peekKind()) {
    case Kind.nil:
      reader.tryReadNil();
      return null;
    case Kind.int:
    case Kind.float:
      return reader.readNumber('x');
    case Kind.str:
      reader.readStr('x');
      return decodeUtf8(reader.bytes, reader.rangeStart, reader.rangeEnd);
    case Kind.bin:
      reader.readBin('x');
      return reader.bytes.slice(reader.rangeStart, reader.rangeEnd);
    case Kind.array:
      return Array.from({ length: reader.readArrayHeader('x') }, () => readAny(reader));
    case Kind.map: {
      const pairs = Array.from({ length: reader.readMapHeader('x') }, () => [
        readAny(reader) as string,
        readAny(reader),
      ]);
      return Object.fromEntries(pairs);
    }
    case Kind.bool: {
      const value = reader.bytes[reader.position] === 0xc3;
      reader.skip('x');
      return value;
    }
    default:
      throw new Error(`kind ${reader.peekKind()}`);
  }
}

const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value;

test('CursorReader reads all that @msgpack/msgpack writes', () => {
  fc.assert(
    fc.property(anyValue, fc.boolean(), (value, forceFloat32) => {
      const bytes = forceFloat32
        ? new Encoder({ forceFloat32: false }).encode(value)
        : encode(value, { useBigInt64: false });
      const reader = reading(bytes);
      assert.deepEqual(readAny(reader), decode(bytes));
      assert.equal(reader.position, bytes.length);
      assert.equal(reader.failed, false);
    }),
    { numRuns: 500 },
  );
});

test('CursorReader.skip() passes over exactly one value of any kind', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encode([value, 7]);
      const reader = reading(bytes);
      reader.readArrayHeader('x');
      assert.equal(reader.skip('x'), true);
      assert.equal(reader.readUint('x'), 7);
      assert.equal(reader.position, bytes.length);
    }),
    { numRuns: 500 },
  );
});

test('CursorReader.skip() passes over extensions, timestamps among them', () => {
  const check = (hex: string): void => {
    const reader = reading(fromHex(`${hex} 05`));
    assert.equal(reader.skip('x'), true, hex);
    assert.equal(reader.readUint('x'), 5, hex);
  };
  check('d4 01 00');
  check('d5 01 00 00');
  check('d6 ff 00 00 00 00');
  check('d7 ff 00 00 00 00 00 00 00 00');
  check(`d8 01${' 00'.repeat(16)}`);
  check(`c7 0c ff${' 00'.repeat(12)}`);
  check('c8 00 02 01 00 00');
  check('c9 00 00 00 01 01 00');
  check('c7 00 01');
});

test('CursorReader.skip() ends on a deep value and on one that claims more than there is', () => {
  const deep = new Uint8Array(1_000_000).fill(0x91);
  deep[deep.length - 1] = 0x00;
  assert.equal(reading(deep).skip('x'), true);
  const greedy = reading(fromHex('dd ff ff ff ff df ff ff ff ff'));
  assert.equal(greedy.skip('x'), false);
  assert.equal(greedy.failure.status, DecodeStatus.malformed);
  // A claim of 2^32 elements with a megabyte of them behind it is a lie that is seen at once.
  const long = new Uint8Array(1_000_000).fill(0xc0);
  long.set(fromHex('dd ff ff ff ff'));
  const early = reading(long);
  assert.equal(early.skip('x'), false);
  assert.equal(early.failure.offset, 5);
});

test('CursorReader reads integers and floats of every width', () => {
  const check = (hex: string, expected: number): void => {
    const reader = reading(fromHex(hex));
    assert.equal(reader.readNumber('x'), expected, hex);
    assert.equal(reader.position, reader.end, hex);
  };
  check('00', 0);
  check('7f', 127);
  check('ff', -1);
  check('e0', -32);
  check('cc ff', 255);
  check('cd ff ff', 65_535);
  check('ce ff ff ff ff', 4_294_967_295);
  check('cf 00 1f ff ff ff ff ff ff', Number.MAX_SAFE_INTEGER);
  check('cf ff ff ff ff ff ff ff ff', 2 ** 64);
  check('d0 80', -128);
  check('d0 7f', 127);
  check('d1 80 00', -32_768);
  check('d1 7f ff', 32_767);
  check('d2 80 00 00 00', -2_147_483_648);
  check('d3 ff ff ff ff ff ff ff ff', -1);
  check('d3 ff e0 00 00 00 00 00 01', Number.MIN_SAFE_INTEGER);
  check('d3 80 00 00 00 00 00 00 00', -(2 ** 63));
  check('ca 3f 80 00 00', 1);
  check('ca c0 20 00 00', -2.5);
  check('cb 7f f0 00 00 00 00 00 00', Number.POSITIVE_INFINITY);
  check('cb 7f f8 00 00 00 00 00 00', Number.NaN);
  check('cb 80 00 00 00 00 00 00 00', -0);
});

test('CursorReader.readUint() takes any width and says what it wanted', () => {
  const check = (hex: string, expected: number, text: string, max?: number): void => {
    const reader = reading(fromHex(hex));
    assert.equal(max === undefined ? reader.readUint('seq') : reader.readUint('seq', max), expected, hex);
    assert.equal(reader.failure.text, text);
  };
  check('cf 00 00 00 00 00 00 00 05', 5, '');
  check('d3 00 00 00 00 00 00 00 05', 5, '');
  check('ff', -1, 'expected seq as an integer from 0 to 9007199254740991, got -1 at byte 0');
  check('0b', -1, 'expected seq as an integer from 0 to 10, got 11 at byte 0', 10);
  check('cc 0b', -1, 'expected seq as an integer from 0 to 10, got 11 at byte 0', 10);
  check(
    'cf ff ff ff ff ff ff ff ff',
    -1,
    `expected seq as an integer from 0 to 9007199254740991, got ${2 ** 64} at byte 0`,
  );
  check('cb 3f f0 00 00 00 00 00 00', -1, 'expected seq as an unsigned integer, got a float at byte 0');
  check('a1 61', -1, 'expected seq as an unsigned integer, got a string at byte 0');
  check('', -1, 'expected seq as an unsigned integer, got the end of the frame at byte 0');
  check('c1', -1, 'expected seq as an unsigned integer, got the reserved byte c1 at byte 0');
  check('cd 00', -1, 'expected the whole of seq, got a frame of 2 bytes that ends inside it at byte 0');
});

test('CursorReader keeps its first failure and stands still', () => {
  const reader = reading(fromHex('c0 05 05'));
  assert.equal(reader.readUint('first'), -1);
  const text = reader.failure.text;
  assert.equal(reader.readUint('second'), -1);
  assert.equal(reader.readStr('third'), false);
  assert.ok(Number.isNaN(reader.readNumber('fourth')));
  assert.equal(reader.readArrayHeader('fifth'), -1);
  assert.equal(reader.skip('sixth'), false);
  assert.equal(reader.tryReadNil(), false);
  assert.equal(reader.failure.text, text);
  assert.equal(reader.position, 0);
});

test('CursorReader tells every cut of every value as malformed', () => {
  const bytes = encode([1, -70000, 1.5, 'text', new Uint8Array(300), { key: 'x'.repeat(300) }, 2 ** 40]);
  for (let cut = 0; cut < bytes.length; cut++) {
    const reader = reading(bytes.subarray(0, cut));
    assert.equal(reader.skip('x'), false);
    assert.equal(reader.failure.status, DecodeStatus.malformed);
  }
});

test('CursorWriter writes integers in the shortest form', () => {
  const check = (value: number, hex: string): void => {
    assert.equal(toHex(written((writer) => writer.writeInt(value))), hex);
  };
  check(0, '00');
  check(127, '7f');
  check(128, 'cc 80');
  check(255, 'cc ff');
  check(256, 'cd 01 00');
  check(65_536, 'ce 00 01 00 00');
  check(2 ** 32, 'cf 00 00 00 01 00 00 00 00');
  check(Number.MAX_SAFE_INTEGER, 'cf 00 1f ff ff ff ff ff ff');
  check(-1, 'ff');
  check(-32, 'e0');
  check(-33, 'd0 df');
  check(-129, 'd1 ff 7f');
  check(-32_769, 'd2 ff ff 7f ff');
  check(-2_147_483_649, 'd3 ff ff ff ff 7f ff ff ff');
  check(Number.MIN_SAFE_INTEGER, 'd3 ff e0 00 00 00 00 00 01');
});

test('CursorWriter writes what @msgpack/msgpack reads', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.maxSafeInteger()), (value) => {
      assert.equal(decode(written((writer) => writer.writeNumber(value))), value);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      assert.equal(decode(written((writer) => writer.writeString(text))), text);
    }),
  );
  for (const length of [0, 15, 16, 255, 256, 65_535, 65_536]) {
    const array = written((writer) => {
      writer.writeArrayHeader(length);
      for (let i = 0; i < length; i++) writer.writeNil();
    });
    assert.deepEqual(decode(array), new Array(length).fill(null));
    const map = written((writer) => {
      writer.writeMapHeader(length);
      for (let i = 0; i < length; i++) {
        writer.writeInt(i);
        writer.writeNil();
      }
    });
    assert.equal(Object.keys(decode(map) as object).length, length);
    const column = written((writer) => writer.writeColumn(new Uint32Array(length).fill(1)));
    assert.equal((decode(column) as Uint8Array).length, 4 * length);
    const text = 'x'.repeat(length);
    assert.equal(decode(written((writer) => writer.writeString(text))), text);
  }
});

test('CursorWriter.writeNumber() keeps -0 and what is not an integer as a float', () => {
  assert.equal(toHex(written((writer) => writer.writeNumber(-0))), 'cb 80 00 00 00 00 00 00 00');
  assert.equal(toHex(written((writer) => writer.writeNumber(2 ** 60))), 'cb 43 b0 00 00 00 00 00 00');
  assert.throws(() => written((writer) => writer.writeInt(1.5)), /BUG/);
});
