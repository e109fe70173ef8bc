import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeUtf8,
  encodeUtf8Into,
  isPrintableUtf8,
  isValidUtf8,
  utf8ByteLength,
} from '../../protocol/utf8.js';
import { fromHex } from './hex.js';

const anyText = fc.string({ unit: 'binary' });
const loneSurrogates = fc
  .array(fc.oneof(fc.integer({ min: 0xd700, max: 0xe0ff }), fc.integer({ min: 0, max: 0xffff })))
  .map((units) => String.fromCharCode(...units));

function encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8ByteLength(text));
  assert.equal(encodeUtf8Into(text, bytes, 0), bytes.length);
  return bytes;
}

test('encodeUtf8Into() does what TextEncoder does, lone surrogates too', () => {
  const native = new TextEncoder();
  fc.assert(
    fc.property(fc.oneof(anyText, loneSurrogates), (text) => {
      assert.deepEqual(encode(text), native.encode(text));
    }),
    { numRuns: 1000 },
  );
});

test('decodeUtf8() gives back what was encoded', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = encode(text);
      assert.equal(decodeUtf8(bytes, 0, bytes.length), text);
    }),
  );
});

test('isValidUtf8() says what TextDecoder says of arbitrary bytes', () => {
  const native = new TextDecoder('utf-8', { fatal: true });
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x9f, 0xa0, 0x90),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 0 }), fc.array(byte, { maxLength: 6 }), (_, list) => {
      const bytes = Uint8Array.from(list);
      let valid = true;
      try {
        native.decode(bytes);
      } catch {
        valid = false;
      }
      assert.equal(isValidUtf8(bytes, 0, bytes.length), valid, list.join());
    }),
    { numRuns: 20_000 },
  );
});

test('isValidUtf8() knows the edges of every row of the table of well-formed sequences', () => {
  const check = (hex: string, valid: boolean): void => {
    const bytes = fromHex(hex);
    assert.equal(isValidUtf8(bytes, 0, bytes.length), valid, hex);
  };
  check('', true);
  check('7f', true);
  check('80', false);
  check('c1 bf', false);
  check('c2 80', true);
  check('c2', false);
  check('df bf', true);
  check('e0 9f bf', false);
  check('e0 a0 80', true);
  check('ed 9f bf', true);
  check('ed a0 80', false);
  check('ef bf bf', true);
  check('f0 8f bf bf', false);
  check('f0 90 80 80', true);
  check('f4 8f bf bf', true);
  check('f4 90 80 80', false);
  check('f5 80 80 80', false);
  check('f0 90 80', false);
});

test('isPrintableUtf8() refuses the 65 control characters and nothing else', () => {
  for (let point = 0; point < 0x300; point++) {
    const bytes = encode(String.fromCodePoint(point));
    const isControl = point < 0x20 || (point >= 0x7f && point < 0xa0);
    assert.equal(isPrintableUtf8(bytes, 0, bytes.length), !isControl, point.toString(16));
  }
});

test('isPrintableUtf8() looks at its range alone', () => {
  const bytes = encode('\u0001naïve\u0001');
  assert.equal(isPrintableUtf8(bytes, 1, bytes.length - 1), true);
  assert.equal(isPrintableUtf8(bytes, 0, bytes.length - 1), false);
  // Cut in the middle of the two bytes of ï.
  assert.equal(isPrintableUtf8(bytes, 1, 4), false);
});
