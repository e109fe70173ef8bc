import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WRITTEN_AT_ONCE } from '../../../../src/http/limits.js';
import { JsonBytes } from '../../../../src/http/present/json-bytes.js';

const out = new JsonBytes();

function check(write: (out: JsonBytes) => void, wanted: string): void {
  write(out);
  assert.equal(Buffer.from(out.take()).toString(), wanted);
}

const SPECIAL = [
  '',
  '"',
  '\\',
  '\n',
  '\u007f',
  'ä',
  '\u{1f600}',
  '\ud800',
  'x'.repeat(100),
  `${'x'.repeat(60)}ä`,
];
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...SPECIAL));

test('text() writes UTF-8', () => {
  fc.assert(fc.property(anyText, (text) => check((to) => to.text(text), Buffer.from(text).toString())));
});

test('number() writes numbers as JSON.stringify does', () => {
  const wholes = [0, -0, 9, 10, 99, 100, 999_999_999, 1e9, 1e9 + 1, 1e18, 1e21, 2 ** 53 - 1, 2 ** 53];
  const edges = [...wholes, ...wholes.map((value) => -value), 0.5, -0.1, -47.25, 5e-324, -1.5e300];
  for (const value of [...edges, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    check((to) => to.number(value), JSON.stringify(value));
  }
  const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.nat(1000));
  fc.assert(fc.property(anyNumber, (value) => check((to) => to.number(value), JSON.stringify(value))));
});

test('take() gives all that was written in a buffer of its own, however much it is', () => {
  const texts = Array.from({ length: 50_000 }, (_, i) => `row ${i} ä;`);
  for (const text of texts) out.text(text);
  const first = out.take();
  out.text('next');
  const second = out.take();
  assert.equal(Buffer.from(first).toString(), texts.join(''));
  assert.equal(Buffer.from(second).toString(), 'next');
  assert.equal(first.length, first.buffer.byteLength);
});

test('clear() forgets what was written', () => {
  out.text('half an answer');
  out.clear();
  check((to) => to.bytes(Uint8Array.of(0x31)), '1');
});

test('clear() takes who is to be called while much is written, and whose error ends it', () => {
  let looks = 0;
  const write = (bytes: number): void => {
    for (let left = bytes; left > 0; left -= 100) out.text('x'.repeat(100));
  };
  out.clear(() => looks++);
  write(WRITTEN_AT_ONCE);
  assert.equal(looks, 0);
  write(9 * WRITTEN_AT_ONCE);
  assert.ok(looks >= 8 && looks <= 10, `${looks}`);
  assert.ok(out.take().length >= 10 * WRITTEN_AT_ONCE);
  write(3 * WRITTEN_AT_ONCE);
  assert.ok(looks <= 10, 'whoever looked at the last answer does not look at the next');
  out.clear(() => {
    throw new Error('enough');
  });
  assert.throws(() => write(3 * WRITTEN_AT_ONCE), /enough/);
  out.clear();
  check((to) => to.text('next'), 'next');
});
