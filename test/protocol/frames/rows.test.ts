import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import {
  CursorWriter,
  DecodeStatus,
  defaultWireLimits,
  encodeRows,
  ItemStatus,
  RowsReader,
} from '../../../protocol/index.js';
import { fromHex } from '../hex.js';
import { readRows } from './read-frames.js';

const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 });
const row = fc.record(
  {
    name,
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    timestamp: fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
    labels: fc.dictionary(name, name, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
  },
  { requiredKeys: ['name', 'value'], noNullPrototype: true },
);

// @msgpack/msgpack writes −0 as the integer 0.
const rowWithoutMinusZero = row.map((one) =>
  Object.fromEntries(Object.entries(one).map(([key, field]) => [key, Object.is(field, -0) ? 0 : field])),
);

test('RowsReader gives back what encodeRows() wrote', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const writer = new CursorWriter(1);
      encodeRows(writer, 3, rows);
      assert.deepEqual(readRows(writer.view()), { seq: 3, rows });
    }),
  );
});

test('RowsReader reads the map form with its keys in any order', () => {
  fc.assert(
    fc.property(rowWithoutMinusZero, fc.nat(), (one, turn) => {
      const entries = Object.entries(one);
      const turned = [...entries.slice(turn % entries.length), ...entries.slice(0, turn % entries.length)];
      const frame = encode([
        3,
        1,
        [Object.fromEntries([...turned, ['later', [1]], ['nam', 1], ['label', {}]])],
      ]);
      assert.deepEqual(readRows(frame), { seq: 1, rows: [one] });
    }),
  );
});

/** A row between two good ones; what it comes to. */
function only(row: unknown): unknown {
  const good = { name: 'g', value: 1 };
  const result = readRows(encode([3, 1, [['g', 1], row, good]]));
  assert.ok(typeof result !== 'string', String(result));
  assert.equal(result.rows.length, 3);
  assert.deepEqual([result.rows[0], result.rows[2]], [good, good]);
  return result.rows[1];
}

test('RowsReader takes nil for what is optional, RFC 3339 for times, and elements of later versions', () => {
  const check = (row: unknown, expected: object): void => assert.deepEqual(only(row), expected);
  check(['a', 1], { name: 'a', value: 1 });
  check(['a', 1, null], { name: 'a', value: 1 });
  check(['a', 1, null, null], { name: 'a', value: 1 });
  check(['a', 1, null, {}], { name: 'a', value: 1 });
  check(['a', 1, 5, { k: 'v' }, 'later'], { name: 'a', value: 1, timestamp: 5, labels: { k: 'v' } });
  check(['a', 1, '1970-01-01T00:00:01.5Z'], { name: 'a', value: 1, timestamp: 1500 });
  check({ name: 'a', value: 1, timestamp: null, labels: null }, { name: 'a', value: 1 });
  check(
    { name: 'a', value: 1, timestamp: '1970-01-01T01:00:00+01:00' },
    { name: 'a', value: 1, timestamp: 0 },
  );
  check(['a', 1, 0.25], { name: 'a', value: 1, timestamp: 0.25 });
  check(['a', 1, -5], { name: 'a', value: 1, timestamp: -5 });
});

test('RowsReader takes a value of any number type', () => {
  const check = (hex: string, value: number): void => {
    assert.deepEqual(readRows(fromHex(`93 03 01 91 92 a1 61 ${hex}`)), {
      seq: 1,
      rows: [{ name: 'a', value }],
    });
  };
  check('05', 5);
  check('fb', -5);
  check('d3 ff ff ff ff ff ff ff fb', -5);
  check('cf ff ff ff ff ff ff ff ff', 2 ** 64);
  check('ca 3f 00 00 00', 0.5);
});

test('RowsReader rejects a bad row with its reason, and reads the next', () => {
  const check = (row: unknown, reason: string): void => assert.equal(only(row), reason, JSON.stringify(row));
  check(5, 'invalid_name');
  check(null, 'invalid_name');
  check('a', 'invalid_name');
  check([], 'invalid_name');
  check({}, 'invalid_name');
  check(['', 1], 'invalid_name');
  check([5, 1], 'invalid_name');
  check([['a'], 1], 'invalid_name');
  check(['x'.repeat(257), 1], 'invalid_name');
  check(['a\u0000', 1], 'invalid_name');
  check({ value: 1 }, 'invalid_name');
  check(['a'], 'invalid_value');
  check({ name: 'a' }, 'invalid_value');
  check(['a', null], 'invalid_value');
  check(['a', '1'], 'invalid_value');
  check(['a', true], 'invalid_value');
  check(['a', Number.NaN], 'invalid_value');
  check(['a', Number.POSITIVE_INFINITY], 'invalid_value');
  check(['a', Number.NEGATIVE_INFINITY], 'invalid_value');
  check(['a', 1, 'yesterday'], 'invalid_time');
  check(['a', 1, Number.NaN], 'invalid_time');
  check(['a', 1, 8.65e15], 'invalid_time');
  check(['a', 1, new Date(0)], 'invalid_time');
  check(['a', 1, true], 'invalid_time');
  check(['a', 1, 0, 'x'], 'invalid_label');
  check(['a', 1, 0, { k: 1 }], 'invalid_label');
  check(['a', 1, 0, { k: 'v'.repeat(1025) }], 'label_too_long');
});

test('RowsReader tells the reason that comes first in the list, whatever the order of the keys', () => {
  const bad = [
    ['labels', { k: 1 }],
    ['timestamp', 'never'],
    ['value', 'x'],
  ];
  assert.equal(only(Object.fromEntries([['name', 'a'], ...bad])), 'invalid_label');
  assert.equal(only(Object.fromEntries([...bad.reverse(), ['name', 'a']])), 'invalid_label');
  assert.equal(only({ timestamp: 'never', value: 'x', name: 'a' }), 'invalid_value');
});

test('RowsReader refuses more rows than a batch may have, and reads exactly as many', () => {
  const limits = { ...defaultWireLimits, pointsPerBatchMax: 2 };
  const reader = new RowsReader(limits);
  assert.equal(
    reader.open(
      encode([
        3,
        1,
        [
          ['a', 1],
          ['a', 1],
        ],
      ]),
    ),
    DecodeStatus.ok,
  );
  assert.equal(reader.count, 2);
  assert.equal(
    reader.open(
      encode([
        3,
        6,
        [
          ['a', 1],
          ['a', 1],
          ['a', 1],
        ],
      ]),
    ),
    DecodeStatus.overLimit,
  );
  assert.equal(reader.failure.text, 'expected at most 2 rows in a batch, got 3 at byte 3');
  assert.equal(reader.seq, 6);
  assert.equal(reader.count, 0);
  assert.equal(reader.next(), ItemStatus.broken);
});

test('RowsReader breaks where the rows behind cannot be read', () => {
  const check = (hex: string, text: string): void => assert.equal(readRows(fromHex(hex)), text, hex);
  check('93 03 01 91 92 a1 61 c1', 'expected value, got the reserved byte c1 at byte 7');
  check(
    '93 03 01 92 92 a1 61 05',
    'expected the whole of a row, got a frame of 8 bytes that ends inside it at byte 8',
  );
  check('93 03 01 90 00', 'expected the end of the frame, got 1 more bytes at byte 4');
  check('93 03 01 05', 'expected the list of rows as an array, got an integer at byte 3');
  check('92 03 01', 'expected ROWS with at least 3 elements, got 2 at byte 0');
  check(
    '93 03 01 91 df ff ff ff ff',
    'expected the whole of a key, got a frame of 9 bytes that ends inside it at byte 9',
  );
});
