import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classifyUtf8,
  compareBytes,
  TEXT_CONTROL,
  TEXT_INVALID,
  TEXT_PLAIN,
} from '../../../native-free-core/series/utf8.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The platform's own decoder as the oracle. */
function expected(bytes: Uint8Array): number {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return TEXT_INVALID;
  }
  return /\p{Cc}/u.test(text) ? TEXT_CONTROL : TEXT_PLAIN;
}

test('classifyUtf8() agrees with the platform when every sequence of one and two bytes is tried', () => {
  for (let a = 0; a < 256; a++) {
    assert.equal(classifyUtf8(Uint8Array.of(a), 0, 1), expected(Uint8Array.of(a)), `byte ${a}`);
    for (let b = 0; b < 256; b++) {
      const bytes = Uint8Array.of(a, b);
      assert.equal(classifyUtf8(bytes, 0, 2), expected(bytes), `bytes ${a} ${b}`);
    }
  }
});

test('classifyUtf8() agrees with the platform when three and four bytes stand at the edges of every class', () => {
  const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  for (let lead = 0xe0; lead <= 0xff; lead++) {
    for (const b of edges) {
      for (const c of edges) {
        const three = Uint8Array.of(lead, b, c);
        assert.equal(classifyUtf8(three, 0, 3), expected(three), `bytes ${three}`);
        for (const d of edges) {
          const four = Uint8Array.of(lead, b, c, d);
          assert.equal(classifyUtf8(four, 0, 4), expected(four), `bytes ${four}`);
        }
      }
    }
  }
});

test('classifyUtf8() does not look behind its range when a sequence is cut off', () => {
  const euro = Uint8Array.of(0xe2, 0x82, 0xac);
  assert.equal(classifyUtf8(euro, 0, 3), TEXT_PLAIN);
  assert.equal(classifyUtf8(euro, 0, 2), TEXT_INVALID);
  assert.equal(classifyUtf8(euro, 1, 3), TEXT_INVALID);
  assert.equal(classifyUtf8(euro, 1, 1), TEXT_PLAIN);
});

test('classifyUtf8() calls text invalid when a control character stands before broken bytes', () => {
  assert.equal(classifyUtf8(Uint8Array.of(0x01, 0xff), 0, 2), TEXT_INVALID);
  assert.equal(classifyUtf8(Uint8Array.of(0x41, 0xc2, 0x85, 0x41), 0, 4), TEXT_CONTROL);
});

test('compareBytes() orders as Buffer.compare when ranges have prefixes and high bytes', () => {
  const texts = ['', 'a', 'aa', 'ab', 'b', '\u00e9', '\u{1f600}', 'a\u0000', 'Z'].map((text) =>
    Buffer.from(text),
  );
  for (const a of texts) {
    for (const b of texts) {
      const order = compareBytes(a, 0, a.length, b, 0, b.length);
      assert.equal(Math.sign(order), Buffer.compare(a, b));
    }
  }
});
