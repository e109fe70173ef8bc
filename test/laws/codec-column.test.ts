import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  COLUMN_MALFORMED,
  columnBytesMax,
  decodeColumnInto,
  encodeColumnInto,
} from '../../native-free-core/codec/column-codec.js';
import { COLUMN_VALUES_MAX } from '../../native-free-core/codec/limits.js';
import { anyColumn, bitsOf, columnKinds, fromBits } from './codec-arbitraries.js';

const GUARD = 0xa5;

/** Encodes between guard bytes, decodes between guard values, and holds every promise of the two against the result. */
function checkRoundTrip(column: Float64Array, start = 0, count = column.length - start): Uint8Array {
  const offset = 3;
  const out = new Uint8Array(offset + columnBytesMax(count) + 8).fill(GUARD);
  const end = encodeColumnInto(column, start, count, out, offset);
  assert.ok(end - offset <= columnBytesMax(count), `${end - offset} bytes for ${count} values`);
  assert.ok(
    out.subarray(0, offset).every((byte) => byte === GUARD),
    'bytes before the offset are kept',
  );
  assert.ok(
    out.subarray(end).every((byte) => byte === GUARD),
    'bytes after the column are kept',
  );
  const bytes = out.slice(offset, end);
  const back = new Float64Array(count + 4).fill(7.25);
  assert.equal(decodeColumnInto(bytes, 0, bytes.length, count, back, 2), bytes.length);
  assert.deepEqual(bitsOf(back, 2, count), bitsOf(column, start, count));
  assert.deepEqual([back[0], back[1], back[count + 2], back[count + 3]], [7.25, 7.25, 7.25, 7.25]);
  return bytes;
}

for (const [name, arbitrary] of columnKinds) {
  test(`encodeColumnInto() and decodeColumnInto() give every bit back when the column is: ${name}`, () => {
    fc.assert(
      fc.property(arbitrary, (column) => void checkRoundTrip(column)),
      { numRuns: 150 },
    );
  });
}

test('encodeColumnInto() takes a part of a column when start and count say so', () => {
  fc.assert(
    fc.property(anyColumn, fc.nat(), fc.nat(), (column, a, b) => {
      const start = a % column.length;
      checkRoundTrip(column, start, b % (column.length - start + 1));
    }),
    { numRuns: 200 },
  );
});

test('encodeColumnInto() answers the same bytes when other columns came before', () => {
  fc.assert(
    fc.property(anyColumn, anyColumn, (column, other) => {
      const first = checkRoundTrip(column);
      checkRoundTrip(other);
      assert.deepEqual(checkRoundTrip(column), first);
    }),
    { numRuns: 200 },
  );
});

test('encodeColumnInto() and decodeColumnInto() hold when the column has the greatest length', () => {
  const long = (next: (i: number) => number) =>
    Float64Array.from({ length: COLUMN_VALUES_MAX }, (_, i) => next(i));
  checkRoundTrip(long((i) => (i * 7919) % 1000));
  checkRoundTrip(long((i) => Math.sin(i)));
  checkRoundTrip(long((i) => (i % 5000 === 0 ? Number.NaN : i / 100)));
  checkRoundTrip(long((i) => Math.floor(i / 3) * Math.PI));
  checkRoundTrip(long((i) => (i % 2 === 0 ? i * 2 ** 36 : 0)));
});

test('decodeColumnInto() keeps NaN payloads when the engine has compiled its loops', () => {
  const quiet = 0x7ff8000000000000n;
  for (let round = 0; round < 3000; round++) {
    const payload = BigInt(round) * 0x10001n + 1n;
    const column = fromBits(
      Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0x7ff0000000000000n : quiet) + payload),
    );
    column[5] = round;
    const bytes = new Uint8Array(columnBytesMax(40));
    const end = encodeColumnInto(column, 0, 40, bytes, 0);
    const back = new Float64Array(40);
    decodeColumnInto(bytes, 0, end, 40, back, 0);
    assert.deepEqual(bitsOf(back), bitsOf(column));
  }
});

/** Decodes whatever the bytes are and asserts that nothing beyond the promised is touched or answered. */
function checkSurvives(bytes: Uint8Array, count: number): number {
  const back = new Float64Array(count + 2).fill(7.25);
  const end = decodeColumnInto(bytes, 0, bytes.length, count, back, 1);
  assert.ok(end === COLUMN_MALFORMED || (end > 0 && end <= bytes.length), `answers ${end}`);
  assert.deepEqual([back[0], back[count + 1]], [7.25, 7.25]);
  return end;
}

const anyCount = fc.integer({ min: 1, max: 400 });

test('decodeColumnInto() answers a sentinel or an end when the bytes are arbitrary', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), anyCount, (bytes, count) => {
      checkSurvives(bytes, count);
    }),
    { numRuns: 3000 },
  );
});

test('decodeColumnInto() answers a sentinel or an end when the bytes are arbitrary behind every form byte', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(bytes, anyCount, (tail, count) => {
      for (let form = 0; form < 256; form++) {
        tail[0] = form;
        checkSurvives(tail, count);
      }
    }),
    { numRuns: 60 },
  );
});

test('decodeColumnInto() answers a sentinel when the column is cut off anywhere', () => {
  fc.assert(
    fc.property(anyColumn, (column) => {
      const bytes = checkRoundTrip(column);
      for (let end = 0; end < bytes.length; end++) {
        assert.equal(checkSurvives(bytes.subarray(0, end), column.length), COLUMN_MALFORMED, `cut to ${end}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('decodeColumnInto() survives when bytes of a column are changed', () => {
  const change = fc.tuple(fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(
      anyColumn,
      fc.array(change, { minLength: 1, maxLength: 4 }),
      anyCount,
      (column, changes, count) => {
        const bytes = checkRoundTrip(column);
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
        checkSurvives(bytes, column.length);
        checkSurvives(bytes, count);
      },
    ),
    { numRuns: 1500 },
  );
});

test('decodeColumnInto() reads nothing at or after end when bytes follow', () => {
  fc.assert(
    fc.property(anyColumn, fc.nat(), fc.uint8Array({ minLength: 8, maxLength: 64 }), (column, cut, tail) => {
      const bytes = checkRoundTrip(column);
      const end = cut % (bytes.length + 1);
      const followed = new Uint8Array(end + tail.length);
      followed.set(bytes.subarray(0, end));
      followed.set(tail, end);
      const back = new Float64Array(column.length);
      const after = decodeColumnInto(followed, 0, end, column.length, back, 0);
      assert.equal(after, end === bytes.length ? end : COLUMN_MALFORMED);
    }),
    { numRuns: 300 },
  );
});
