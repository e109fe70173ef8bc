import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  randomFrom,
  timeColumns,
  valueColumns,
} from '../../../bench/micro/native-free-core/codec/columns.js';
import {
  COLUMN_MALFORMED,
  columnBytesMax,
  decodeColumnInto,
  encodeColumnInto,
} from '../../../native-free-core/codec/column-codec.js';
import {
  DIVIDED,
  FORM_PATCHED,
  FORM_RAW,
  FORM_REPEAT,
  FORM_SAME,
  FORM_SPLIT,
  FORM_WORDS_DELTA,
  FORM_WORDS_FLAT,
  KIND_CENTRED,
  KIND_CONSTANT,
  KIND_DELTA,
  KIND_FLAT,
  KIND_LINEAR,
  KIND_MULTIPLES,
  KIND_SECOND,
} from '../../../native-free-core/codec/column-layout.js';
import { COLUMN_VALUES_MAX } from '../../../native-free-core/codec/limits.js';

function encode(column: Float64Array): Uint8Array {
  const out = new Uint8Array(columnBytesMax(column.length));
  const bytes = out.slice(0, encodeColumnInto(column, 0, column.length, out, 0));
  const back = new Float64Array(column.length);
  assert.equal(decodeColumnInto(bytes, 0, bytes.length, column.length, back, 0), bytes.length);
  assert.deepEqual(new BigUint64Array(back.buffer), new BigUint64Array(column.slice().buffer));
  return bytes;
}

const hundred = (next: (i: number) => number): Float64Array =>
  Float64Array.from({ length: 100 }, (_, i) => next(i));

/** A repeatable value in [0, 1) with 53 random bits. */
const noise = (i: number): number => {
  const random = randomFrom(i);
  return (Math.floor(random() * 2 ** 27) * 2 ** 26 + Math.floor(random() * 2 ** 26)) / 2 ** 53;
};

test('encodeColumnInto() chooses the form when the column asks for it', () => {
  const check = (form: number, next: (i: number) => number) => assert.equal(encode(hundred(next))[0], form);
  check(KIND_CONSTANT, () => 42);
  check((1 << 4) | KIND_CONSTANT, () => 0.5);
  check(KIND_MULTIPLES, (i) => 1_767_225_600_000 + 10_000 * i);
  check(KIND_LINEAR, (i) => 1_767_225_600_123 - 10_000 * i);
  check(KIND_FLAT, (i) => Math.floor(noise(i) * 100));
  check(KIND_FLAT | DIVIDED, (i) => 4096 * Math.floor(noise(i) * 100));
  check((2 << 4) | KIND_FLAT, (i) => Math.floor(noise(i) * 100) / 100);
  let walk = 50;
  check(KIND_DELTA, (i) => (walk += Math.floor(noise(i) * 5) - 2));
  check(KIND_CENTRED, (i) => 1000 * i + Math.floor(noise(i) * 10));
  check(KIND_SECOND, (i) => i * i * i);
  check(FORM_SAME, () => Math.PI);
  check(FORM_SAME, () => Number.NaN);
  check(FORM_SAME, () => -0);
  check(FORM_WORDS_FLAT, (i) => 1 + noise(i));
  check(FORM_WORDS_DELTA, (i) => Math.sqrt(1000 + i) * 1e5);
  check(FORM_SPLIT, (i) => Math.tan(3 * noise(i)));
  check(FORM_REPEAT, (i) => noise(i >> 3));
  check(FORM_PATCHED, (i) => (i % 20 === 7 ? noise(i) : i % 10));
  check(FORM_PATCHED, (i) => (i % 20 === 7 ? -0 : i % 10));
});

test('encodeColumnInto() chooses the raw form when nothing is shorter', () => {
  const column = new Float64Array(3);
  new BigUint64Array(column.buffer).set([0x0123456789abcdefn, 0xfedcba9876543211n, 0x7ff4000000000001n]);
  const bytes = encode(column);
  assert.equal(bytes[0], FORM_RAW);
  assert.equal(bytes.length, columnBytesMax(3));
});

test('encodeColumnInto() takes few bytes when the column is short', () => {
  const check = (bytesMax: number, ...values: number[]) => {
    const { length } = encode(Float64Array.from(values));
    assert.ok(length <= bytesMax, `${length} bytes for ${values.length} values, more than ${bytesMax}`);
  };
  check(2, 0);
  check(2, 63);
  check(3, -0.25);
  check(8, 1_767_225_600_000);
  check(9, Math.PI);
  check(9, Number.NaN, Number.NaN, Number.NaN);
  check(2, 60, 60, 60, 60, 60);
  check(3, 1, 2, 3, 4, 5);
  check(7, 3, 1, 4, 1, 5, 9, 2, 6);
  check(0);
});

/** Mean bytes a value over many columns of 200. */
function bytesPerValue(make: (typeof valueColumns)[string]): number {
  const random = randomFrom(77);
  const columns = 100;
  let bytes = 0;
  for (let i = 0; i < columns; i++) bytes += encode(make(random, 200)).length;
  return bytes / (columns * 200);
}

/** The bounds of docs/formats/chunk.md: what was measured, and a little room for another engine's last digits. */
test('encodeColumnInto() stays within its size when the workload is known', () => {
  const check = (name: string, max: number) => {
    const measured = bytesPerValue((valueColumns[name] ?? timeColumns[name])!);
    assert.ok(measured <= max, `${name}: ${measured.toFixed(3)} bytes a value, more than ${max}`);
  };
  check('TSBS gauge', 0.32);
  check('constant', 0.011);
  check('counter with noise', 0.95);
  check('memory in pages of 4 KiB', 1.04);
  check('mostly 0, 3 % spikes', 0.15);
  check('latency, 2 decimals, log-normal', 1.6);
  check('1 decimal, 5 % full-precision', 1.8);
  check('full-precision gaussian', 7.05);
  check('full-precision random walk', 6.1);
  check('full-precision, 80 % repeated', 1.75);
  check('float32-born gaussian', 3.43);
  check('regular, 10 s', 0.04);
  check('regular, unaligned', 0.05);
  check('regular, 1 % missing', 0.12);
  check('jittered, 10 s ± 20 ms', 0.95);
  check('irregular, mean 1 s', 1.57);
  check('microseconds, 10 s ± 20 ms', 2.2);
});

test('decodeColumnInto() answers COLUMN_MALFORMED when the form is unknown or forbidden in its place', () => {
  const check = (count: number, ...bytes: number[]) => {
    const input = new Uint8Array(64);
    input.set(bytes);
    const out = new Float64Array(count);
    assert.equal(decodeColumnInto(input, 0, input.length, count, out, 0), COLUMN_MALFORMED, bytes.join(' '));
  };
  for (const kind of [7, 12, 13, 14, 15]) check(4, kind);
  for (let form = 0xf7; form <= 0xff; form++) check(4, form);
  // A difference of differences needs two values to begin with.
  check(1, KIND_SECOND, 2, 2);
  // Repeats inside repeats, patches inside patches, floats where patches want decimals.
  check(4, FORM_REPEAT, 3, 63, FORM_REPEAT);
  check(4, FORM_PATCHED, 0, 0, FORM_PATCHED);
  check(4, FORM_PATCHED, 0, 0, FORM_SAME);
  // More exceptions than values; a position after the last; more runs than values; runs that don't add up.
  check(4, FORM_PATCHED, 4);
  check(4, FORM_PATCHED, 0, 4);
  check(4, FORM_REPEAT, 4);
  check(4, FORM_REPEAT, 1, 63, FORM_SAME);
  // Fields of the float forms out of range.
  check(1, FORM_WORDS_FLAT, 33);
  check(1, FORM_SPLIT, 53, 0, 0, 63);
  check(1, FORM_SPLIT, 0xc0, 0, 0, 63);
  check(1, FORM_SPLIT, 0, 0xff, 0x08, 63);
});

test('decodeColumnInto() refuses an exception when its position is just behind the last value', () => {
  const out = new Float64Array(5).fill(7);
  const patched = (position: number) =>
    Uint8Array.of(FORM_PATCHED, 0, position, KIND_CONSTANT, 2, FORM_SAME, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
  assert.equal(decodeColumnInto(patched(3), 0, 14, 4, out, 0), 14);
  assert.deepEqual([...out], [1, 1, 1, 1, 7]);
  assert.equal(decodeColumnInto(patched(4), 0, 14, 4, out, 0), COLUMN_MALFORMED);
});

test('encodeColumnInto() and decodeColumnInto() assert when the caller passes what can be no column', () => {
  const column = new Float64Array(4);
  const out = new Uint8Array(columnBytesMax(4));
  assert.throws(() => encodeColumnInto(column, 0, 5, out, 0), /BUG/);
  assert.throws(() => encodeColumnInto(column, -1, 2, out, 0), /BUG/);
  assert.throws(() => encodeColumnInto(column, 0, 4, out, 1), /BUG/);
  const long = new Float64Array(COLUMN_VALUES_MAX + 1);
  assert.throws(
    () => encodeColumnInto(long, 0, long.length, new Uint8Array(columnBytesMax(long.length)), 0),
    /BUG/,
  );
  assert.throws(() => decodeColumnInto(out, 0, out.length + 1, 4, column, 0), /BUG/);
  assert.throws(() => decodeColumnInto(out, 0, out.length, 4, column, 1), /BUG/);
});
