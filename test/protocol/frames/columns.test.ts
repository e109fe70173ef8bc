import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import {
  ColumnsBuffer,
  ColumnsView,
  CursorWriter,
  DecodeStatus,
  decodeColumns,
  encodeColumns,
} from '../../../protocol/index.js';
import { fromHex } from '../hex.js';
import { readColumns } from './read-frames.js';

const columns = fc
  .array(
    fc.record({
      ref: fc.nat({ max: 0xffff_ffff }),
      dt: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      value: fc.double(),
    }),
    { maxLength: 300 },
  )
  .map((points) => ({
    refs: points.map(({ ref }) => ref),
    dt: points.map(({ dt }) => dt),
    values: points.map(({ value }) => value),
  }));

test('decodeColumns() gives back what encodeColumns() wrote, wherever the frame lies in memory', () => {
  fc.assert(
    fc.property(
      columns,
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.nat({ max: 9 }),
      ({ refs, dt, values }, seq, baseMs, hasDt, shift) => {
        const writer = new CursorWriter(1);
        encodeColumns(writer, seq, baseMs, {
          refs: Uint32Array.from(refs),
          dt: hasDt ? Int32Array.from(dt) : undefined,
          values: Float64Array.from(values),
        });
        const shifted = new Uint8Array(shift + writer.position);
        shifted.set(writer.view(), shift);
        assert.deepEqual(readColumns(shifted.subarray(shift)), {
          seq,
          baseMs,
          refs,
          dt: hasDt ? dt : null,
          values,
        });
      },
    ),
  );
});

test('decodeColumns() reads what @msgpack/msgpack writes, extra elements too', () => {
  const refs = new Uint8Array(Uint32Array.of(3, 4).buffer);
  const values = new Uint8Array(Float64Array.of(1, 2).buffer);
  const frame = encode([2, 9, 1000.5, refs, null, values, { later: [1, 'version'] }, 'x']);
  assert.deepEqual(readColumns(frame), { seq: 9, baseMs: 1000.5, refs: [3, 4], dt: null, values: [1, 2] });
});

function check(frame: Uint8Array, status: number, text: string, seq = 0): void {
  const view = new ColumnsView(3);
  assert.equal(decodeColumns(frame, view), status, view.failure.text);
  assert.equal(view.failure.text, text);
  assert.equal(view.count, 0);
  assert.equal(view.seq, seq);
}

test('decodeColumns() says what it wanted and what came', () => {
  const { malformed, wrongShape, overLimit } = DecodeStatus;
  const bin = (bytes: number): Uint8Array => new Uint8Array(bytes);
  const lengths = 'expected columns of 4, 4 and 8 bytes a point, got refs of';
  check(
    encode([2, 7, 0, bin(4), null, bin(16)]),
    wrongShape,
    `${lengths} 4 bytes, dt of nil, values of 16 bytes at byte 6`,
    7,
  );
  check(
    encode([2, 7, 0, bin(4), bin(8), bin(8)]),
    wrongShape,
    `${lengths} 4 bytes, dt of 8 bytes, values of 8 bytes at byte 6`,
    7,
  );
  check(
    encode([2, 7, 0, bin(3), bin(3), bin(6)]),
    wrongShape,
    `${lengths} 3 bytes, dt of 3 bytes, values of 6 bytes at byte 6`,
    7,
  );
  check(
    encode([2, 7, 0, bin(16), null, bin(32)]),
    overLimit,
    'expected at most 3 points in a batch, got 4 at byte 6',
    7,
  );
  check(
    encode([2, 0, 0, bin(4), null, bin(8)]),
    wrongShape,
    'expected seq as an integer from 1, got 0 at byte 2',
  );
  check(
    encode([2, 'x', 0, bin(4), null, bin(8)]),
    wrongShape,
    'expected seq as an unsigned integer, got a string at byte 2',
  );
  check(
    encode([2, 7, 'x', bin(4), null, bin(8)]),
    wrongShape,
    'expected baseMs as a number, got a string at byte 3',
    7,
  );
  check(encode([2, 7, 0, [1], null, bin(8)]), wrongShape, 'expected refs as bin, got an array at byte 4', 7);
  check(encode([2, 7, 0, bin(4), 0, bin(8)]), wrongShape, 'expected dt as bin, got an integer at byte 10', 7);
  check(
    encode([2, 7, 0, bin(4), null]),
    wrongShape,
    'expected COLUMNS with at least 6 elements, got 5 at byte 0',
  );
  check(encode([3, 7, 0, bin(4), null, bin(8)]), wrongShape, 'expected COLUMNS (2), got ROWS at byte 1');
  check(encode([9, 7, 0, bin(4), null, bin(8)]), wrongShape, 'expected COLUMNS (2), got opcode 9 at byte 1');
  check(encode({ a: 1 }), wrongShape, 'expected the frame as an array, got a map at byte 0');
  check(fromHex(''), malformed, 'expected the frame as an array, got the end of the frame at byte 0');
  check(
    fromHex('96 02 07 00 c6 ff ff ff ff c0 c4 00'),
    malformed,
    'expected the whole of refs, got a frame of 12 bytes that ends inside it at byte 4',
    7,
  );
  check(
    fromHex('96 02 07 00 c4 00 c0 c4 00 00'),
    malformed,
    'expected the end of the frame, got 1 more bytes at byte 9',
    7,
  );
  check(
    fromHex('97 02 07 00 c4 00 c0 c4 00 c1'),
    malformed,
    'expected an extra element, got the reserved byte c1 at byte 9',
    7,
  );
});

test('decodeColumns() leaves a base time that is no number to the points', () => {
  const frame = encode([2, 1, Number.NaN, new Uint8Array(4), null, new Uint8Array(8)]);
  const view = new ColumnsView();
  assert.equal(decodeColumns(frame, view), DecodeStatus.ok);
  assert.ok(Number.isNaN(view.baseMs));
  assert.equal(view.count, 1);
});

test('decodeColumns() keeps nothing of the frame', () => {
  const view = new ColumnsView();
  decodeColumns(encode([2, 1, 0, new Uint8Array(4), null, new Uint8Array(8)]), view);
  assert.equal(view.reader.bytes.length, 0);
});

test('ColumnsBuffer.load() zeroes dt where the frame has none, also after one that had', () => {
  const buffer = new ColumnsBuffer(1);
  const view = new ColumnsView();
  const load = (dt: Int32Array | undefined): number[] => {
    const writer = new CursorWriter();
    encodeColumns(writer, 1, 0, { refs: Uint32Array.of(1, 2), dt, values: Float64Array.of(1, 2) });
    assert.equal(decodeColumns(writer.view(), view), DecodeStatus.ok);
    buffer.load(writer.view(), view);
    return [...buffer.dt.subarray(0, 2)];
  };
  assert.deepEqual(load(Int32Array.of(5, 6)), [5, 6]);
  assert.deepEqual(load(undefined), [0, 0]);
});

test('ColumnsBuffer.load() refuses a view of another frame', () => {
  const view = new ColumnsView();
  decodeColumns(encode([2, 1, 0, new Uint8Array(4), null, new Uint8Array(8)]), view);
  assert.throws(() => new ColumnsBuffer().load(new Uint8Array(3), view), /BUG/);
});
