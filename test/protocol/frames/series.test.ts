import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { CursorWriter, encodeSeries, type SeriesBinding } from '../../../protocol/index.js';
import { fromHex } from '../hex.js';
import { readSeries } from './read-frames.js';

const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 });
const labels = fc.dictionary(
  name,
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }).filter((value) => !/\p{Cs}/u.test(value)),
  { maxKeys: 32, noNullPrototype: true },
);

test('SeriesReader gives back what encodeSeries() wrote', () => {
  const binding = fc.record({ ref: fc.nat({ max: 0xffff_ffff }), name, labels }, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(binding, { maxLength: 20 }), (bindings) => {
      const writer = new CursorWriter(1);
      encodeSeries(writer, bindings);
      assert.deepEqual(readSeries(writer.view()), { bindings });
    }),
  );
});

function check(binding: unknown, reason: string): void {
  const frame = encode([1, [binding, [8, 'good', {}]]]);
  const rest = { ref: 8, name: 'good', labels: {} };
  assert.deepEqual(readSeries(frame), { bindings: [{ ref: 7, reason }, rest] }, JSON.stringify(binding));
}

test('SeriesReader rejects a bad binding with its ref and reason, and reads the next', () => {
  check([7, '', {}], 'invalid_name');
  check([7, 'x'.repeat(257), {}], 'invalid_name');
  check([7, 'a\nb', {}], 'invalid_name');
  check([7, 'a\u0085b', {}], 'invalid_name');
  check([7, 5, {}], 'invalid_name');
  check([7, null, { '': 'x' }], 'invalid_name');
  check([7, 'a', { '': 'x' }], 'invalid_label');
  check([7, 'a', { k: 5 }], 'invalid_label');
  check([7, 'a', { k: null }], 'invalid_label');
  check([7, 'a', { k: { deep: [1, 2] } }], 'invalid_label');
  check([7, 'a', [1, 2]], 'invalid_label');
  check([7, 'a', 'x'], 'invalid_label');
  check([7, 'a', { ['k'.repeat(129)]: 'v' }], 'label_too_long');
  check([7, 'a', { k: 'v'.repeat(1025) }], 'label_too_long');
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v']));
  check([7, 'a', many], 'too_many_labels');
});

test('SeriesReader rejects names and labels that are not UTF-8, keys that are no strings, and a name that comes twice', () => {
  const first = (hex: string): unknown =>
    (readSeries(fromHex(hex)) as { bindings: { reason?: string }[] }).bindings[0]?.reason;
  assert.equal(first('92 01 91 93 07 a1 ff 80'), 'invalid_name');
  assert.equal(first('92 01 91 93 07 a1 61 81 a1 ff a1 76'), 'invalid_label');
  assert.equal(first('92 01 91 93 07 a1 61 81 a1 6b a1 ff'), 'invalid_label');
  assert.equal(first('92 01 91 93 07 a1 61 81 05 a1 76'), 'invalid_label');
  assert.equal(first('92 01 91 93 07 a1 61 82 a1 6b a1 76 a1 6b a1 77'), 'invalid_label');
});

test('SeriesReader takes names and labels to the last byte allowed', () => {
  const full = Object.fromEntries(
    Array.from({ length: 32 }, (_, i) => [`k${i}`.padEnd(128, 'x'), 'v'.repeat(1024)]),
  );
  const longName = 'é'.repeat(128);
  assert.deepEqual(readSeries(encode([1, [[7, longName, full]]])), {
    bindings: [{ ref: 7, name: longName, labels: full }],
  });
});

test('SeriesReader leaves out a label with an empty value, which does not count either', () => {
  const labels = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i < 32 ? 'v' : '']));
  const wanted = Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
  assert.deepEqual(readSeries(encode([1, [[7, 'a', labels]]])), {
    bindings: [{ ref: 7, name: 'a', labels: wanted }],
  });
});

test('SeriesReader takes a missing or nil map of labels, and passes over what later versions add', () => {
  const plain = { ref: 7, name: 'a', labels: {} };
  assert.deepEqual(readSeries(encode([1, [[7, 'a']]])), { bindings: [plain] });
  assert.deepEqual(readSeries(encode([1, [[7, 'a', null]]])), { bindings: [plain] });
  assert.deepEqual(readSeries(encode([1, [[7, 'a', {}, [1], 'x']], { later: 1 }])), { bindings: [plain] });
});

test('SeriesReader breaks on an entry that is not [ref, name, labels]', () => {
  const check = (frame: Uint8Array, text: string): void => assert.equal(readSeries(frame), text);
  check(encode([1, [5]]), 'expected a series as an array, got an integer at byte 3');
  check(encode([1, [[7]]]), 'expected a series as [ref, name, labels], got 1 elements at byte 3');
  check(encode([1, [['a', 'b']]]), 'expected ref as an unsigned integer, got a string at byte 4');
  check(encode([1, [[-1, 'b']]]), 'expected ref as an integer from 0 to 4294967295, got -1 at byte 4');
  check(
    encode([1, [[2 ** 32, 'b']]]),
    'expected ref as an integer from 0 to 4294967295, got 4294967296 at byte 4',
  );
  check(encode([1, {}]), 'expected the list of series as an array, got a map at byte 2');
  check(encode([1]), 'expected SERIES with at least 2 elements, got 1 at byte 0');
  check(fromHex('92 01 dd ff ff ff ff'), 'expected a series as an array, got the end of the frame at byte 7');
});

test('LabelRanges.toObject() keeps a label called __proto__', () => {
  const frame = encode([1, [[7, 'a', JSON.parse('{"__proto__":"x"}')]]]);
  const { bindings } = readSeries(frame) as { bindings: SeriesBinding[] };
  assert.deepEqual(Object.entries(bindings[0]!.labels!), [['__proto__', 'x']]);
});
