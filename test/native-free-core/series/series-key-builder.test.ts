import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLabelValue, nameEnd, textEnd } from '../../../native-free-core/series/series-key.js';
import { SeriesKeyBuilder } from '../../../native-free-core/series/series-key-builder.js';
import { sipHash128 } from '../../../native-free-core/series/siphash128.js';
import { readVectors } from '../cell/vectors.js';
import { buildKey, hashHex, type Piece, readKey, VECTOR_HASH_KEY, WIRE_LIMITS } from './keys.js';

type Labels = [Piece, Piece][];

const statusOf = (name: Piece, labels: Labels): string => buildKey(name, labels).status;

test('finish() answers the golden bytes and their hash when a series of the vectors is built', () => {
  interface Vector {
    title: string;
    name: string;
    labels: [string, string][];
    hex: string;
    hash: string;
  }
  for (const { title, name, labels, hex, hash } of readVectors<Vector[]>('series-key.json')) {
    const { status, bytes } = buildKey(name, labels);
    assert.equal(status, 'ok', title);
    assert.equal(Buffer.from(bytes).toString('hex'), hex.replaceAll(' ', ''), title);
    sipHash128(VECTOR_HASH_KEY, bytes, 0, bytes.length);
    assert.equal(hashHex(), hash, title);
  }
});

test('finish() orders labels by the bytes of their names when they come in any order', () => {
  const labels: Labels = [
    ['zone', '1'],
    ['a', '2'],
    ['aa', '3'],
    ['é', '4'],
    ['Z', '5'],
    ['\u{1f600}', '6'],
    ['\uffee', '7'],
  ];
  const key = buildKey('m', labels).bytes;
  const names = readKey(key).labels.map(([name]) => name);
  // By bytes U+FFEE comes before U+1F600; by UTF-16 units it would not.
  assert.deepEqual(names, ['Z', 'a', 'aa', 'zone', 'é', '\uffee', '\u{1f600}']);
  assert.deepEqual(buildKey('m', [...labels].reverse()).bytes, key);
});

test('finish() refuses a name that stands twice when its value differs, is the same, or is empty', () => {
  assert.equal(
    statusOf('m', [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ]),
    'invalid_label',
  );
  assert.equal(
    statusOf('m', [
      ['a', '1'],
      ['a', '1'],
    ]),
    'invalid_label',
  );
  assert.equal(
    statusOf('m', [
      ['a', '1'],
      ['a', ''],
    ]),
    'ok',
  );
});

test('label() leaves a label out when its value is empty, whatever its name is', () => {
  const plain = buildKey('m', [['a', '1']]).bytes;
  const check = (name: Piece) =>
    assert.deepEqual(
      buildKey('m', [
        [name, ''],
        ['a', '1'],
      ]).bytes,
      plain,
    );
  check('b');
  // A regression: the name was checked first, so HTTP refused a series that the wire (protocol/frames/labels.ts) took.
  check('');
  check('x'.repeat(129));
  check(Uint8Array.of(0xff));
});

test('begin() refuses a metric name when it is empty, too long, no UTF-8 or has control characters', () => {
  const check = (name: Piece, status: string) => assert.equal(statusOf(name, []), status);
  check('', 'invalid_name');
  check('m', 'ok');
  check('m'.repeat(255), 'ok');
  check('m'.repeat(256), 'ok');
  check('m'.repeat(257), 'invalid_name');
  check('é'.repeat(128), 'ok');
  check(`${'é'.repeat(128)}m`, 'invalid_name');
  check('a b{c}="d"', 'ok');
  check('\u{10ffff}', 'ok');
  check('a\tb', 'invalid_name');
  check('a\u007f', 'invalid_name');
  check('a\u0085', 'invalid_name');
  check('a\u0000', 'invalid_name');
  check(Uint8Array.of(0xc0, 0x80), 'invalid_name');
  check(Uint8Array.of(0xed, 0xa0, 0x80), 'invalid_name');
  check(Uint8Array.of(0xf4, 0x90, 0x80, 0x80), 'invalid_name');
});

test('label() refuses a label when its name is empty or one of its texts is no UTF-8', () => {
  const check = (label: [Piece, Piece], status: string) => assert.equal(statusOf('m', [label]), status);
  check(['', 'v'], 'invalid_label');
  check([Uint8Array.of(0xff), 'v'], 'invalid_label');
  check(['n', Uint8Array.of(0xe2, 0x82)], 'invalid_label');
  check(['n', 'line\nbreak'], 'ok');
  check(['n\u0001', 'v'], 'ok');
});

test('label() refuses a label when a text passes its limit, and takes it at the limit', () => {
  const check = (label: [Piece, Piece], status: string) => assert.equal(statusOf('m', [label]), status);
  check(['n'.repeat(128), 'v'], 'ok');
  check(['n'.repeat(129), 'v'], 'label_too_long');
  check(['n', 'v'.repeat(1024)], 'ok');
  check(['n', 'v'.repeat(1025)], 'label_too_long');
  check([new Uint8Array(129).fill(0xff), 'v'], 'label_too_long');
});

test('label() refuses the series when it has more labels than may be, and empty ones are none', () => {
  const labels = (count: number): Labels => Array.from({ length: count }, (_, i) => [`n${i}`, 'v']);
  assert.equal(statusOf('m', labels(31)), 'ok');
  assert.equal(statusOf('m', labels(32)), 'ok');
  assert.equal(statusOf('m', labels(33)), 'too_many_labels');
  assert.equal(statusOf('m', [...labels(32), ['empty', '']]), 'ok');
});

test('finish() tells the first fault when a series has several', () => {
  assert.equal(statusOf('', [['n', 'v'.repeat(2000)]]), 'invalid_name');
  assert.equal(
    statusOf('m', [
      ['n', 'v'.repeat(2000)],
      ['', 'v'],
    ]),
    'label_too_long',
  );
  assert.equal(
    statusOf('m', [
      ['', 'v'],
      ['n', 'v'.repeat(2000)],
    ]),
    'invalid_label',
  );
});

test('badLabel() makes the series invalid_label unless an earlier fault stands', () => {
  const builder = new SeriesKeyBuilder(WIRE_LIMITS);
  const name = Uint8Array.of(0x6d);
  builder.begin(name, 0, 1);
  builder.badLabel();
  assert.equal(builder.finish(), 'invalid_label');
  builder.begin(name, 0, 0);
  builder.badLabel();
  assert.equal(builder.finish(), 'invalid_name');
  builder.begin(name, 0, 1);
  assert.equal(builder.finish(), 'ok');
});

test('finish() fits its memory when every text is as long as it may be', () => {
  const labels: Labels = Array.from({ length: 32 }, (_, i) => [
    `${String(i).padStart(3, '0')}${'n'.repeat(125)}`,
    'v'.repeat(1024),
  ]);
  const { status, bytes } = buildKey('m'.repeat(256), labels);
  assert.equal(status, 'ok');
  assert.equal(bytes.length, 3 + 256 + 32 * (4 + 128 + 1024));
  assert.equal(readKey(bytes).labels.length, 32);
});

test('SeriesKeyBuilder() asserts when its limits pass the memory that it has', () => {
  assert.throws(() => new SeriesKeyBuilder({ ...WIRE_LIMITS, labelsMax: 256 }), /BUG/);
  assert.throws(() => new SeriesKeyBuilder({ ...WIRE_LIMITS, labelValueBytesMax: 4096 }), /BUG/);
});

test('findLabelValue() finds the length prefix of a value when the label is there, and -1 when not', () => {
  const inner = buildKey('cpu', [
    ['host', 'a'],
    ['region', 'eu'],
    ['az', ''],
  ]).bytes;
  const bytes = new Uint8Array(inner.length + 5);
  bytes.set(inner, 5);
  const check = (label: string, expected: string | undefined) => {
    const at = findLabelValue(bytes, 5, Buffer.from(label));
    assert.equal(
      at < 0 ? undefined : Buffer.from(bytes.slice(at + 2, textEnd(bytes, at))).toString(),
      expected,
    );
  };
  check('host', 'a');
  check('region', 'eu');
  check('az', undefined);
  check('aaa', undefined);
  check('hos', undefined);
  check('hostt', undefined);
  check('zzz', undefined);
  assert.equal(nameEnd(bytes, 5), 10);
  assert.deepEqual(readKey(bytes, 5), {
    name: 'cpu',
    labels: [
      ['host', 'a'],
      ['region', 'eu'],
    ],
  });
});
