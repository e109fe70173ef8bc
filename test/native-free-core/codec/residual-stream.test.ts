import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PATCHED, REST_ZERO, UNARY } from '../../../native-free-core/codec/residual-layout.js';
import { planResiduals } from '../../../native-free-core/codec/residual-plan.js';
import { readResiduals } from '../../../native-free-core/codec/residual-read.js';
import { writeResiduals } from '../../../native-free-core/codec/residual-write.js';
import { highOf, residualHigh, residualLow, residuals } from '../../../native-free-core/codec/scratch.js';

function fill(values: readonly bigint[]): void {
  residuals.wide = values.some((value) => value >= 2n ** 32n);
  for (const [i, value] of values.entries()) {
    residualLow[i] = Number(value & 0xffffffffn);
    residualHigh[i] = residuals.wide ? Number(value >> 32n) : 0xdead;
  }
}

/** Plans, writes and reads; the stream must take the planned bits, no byte more. Answers it. */
function check(values: readonly bigint[]): Uint8Array {
  fill(values);
  const bits = planResiduals(values.length);
  const out = new Uint8Array(8 * values.length + 64).fill(0xa5);
  const end = writeResiduals(values.length, out, 3);
  assert.equal(end - 3, (bits + 7) >>> 3, 'the plan is exact');
  assert.ok(
    out.subarray(end).every((byte) => byte === 0xa5),
    'bytes after the stream are kept',
  );
  residualLow.fill(0xbad, 0, values.length);
  residualHigh.fill(0xbad, 0, values.length);
  assert.equal(readResiduals(out, 3, end, values.length), end);
  for (const [i, value] of values.entries()) {
    assert.equal((BigInt(highOf(i)) << 32n) | BigInt(residualLow[i]!), value, `residual ${i}`);
  }
  for (let cut = 3; cut < end; cut++)
    assert.equal(readResiduals(out, 3, cut, values.length), -1, `cut to ${cut}`);
  return out.slice(3, end);
}

const upTo = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const array = (values: fc.Arbitrary<bigint>) => fc.array(values, { minLength: 0, maxLength: 400 });

test('planResiduals() is exact and readResiduals() gives the values back when they have up to 54 bits', () => {
  const anyWidth = fc.integer({ min: 0, max: 54 }).chain((bits) => array(upTo(bits)));
  fc.assert(
    fc.property(anyWidth, (values) => void check(values)),
    { numRuns: 300 },
  );
});

test('planResiduals() is exact and readResiduals() gives the values back when outliers are among small ones', () => {
  const mixed = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 54 }))
    .chain(([small, large]) =>
      array(fc.oneof({ weight: 20, arbitrary: upTo(small) }, { weight: 1, arbitrary: upTo(large) })),
    );
  fc.assert(
    fc.property(mixed, (values) => void check(values)),
    { numRuns: 500 },
  );
});

const repeat = (count: number, value: (i: number) => number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt(value(i)));

test('planResiduals() takes one byte when every residual is 0', () => {
  assert.deepEqual([...check(repeat(1, () => 0))], [REST_ZERO]);
  assert.deepEqual([...check(repeat(1000, () => 0))], [REST_ZERO]);
  assert.deepEqual([...check([])], []);
});

test('planResiduals() takes the end mark when only zeros follow', () => {
  const bytes = check(repeat(1000, (i) => (i < 128 ? 3 : 0)));
  assert.equal(bytes.length, 1 + (128 * 2) / 8 + 1);
  assert.equal(bytes.at(-1), REST_ZERO);
});

test('readResiduals() clears the high words when zeros follow residuals of more than 32 bits', () => {
  check(repeat(1000, (i) => (i < 128 ? 2 ** 40 + i : 0)));
  check(repeat(1000, (i) => (i < 128 ? 2 ** 40 + i : i % 5)));
});

test('planResiduals() takes the Rice parameter 1 when that is exactly the shortest', () => {
  const bytes = check(repeat(128, (i) => [3, 1, 1, 5, 1, 3, 1, 9][i % 8]!));
  assert.equal(bytes[0], UNARY | 1);
  assert.equal(bytes.length, 1 + (3 * 128) / 8);
});

test('planResiduals() packs when the residuals are uniform', () => {
  const bytes = check(repeat(128, (i) => (i * 37) % 64));
  assert.equal(bytes[0], 6);
  assert.equal(bytes.length, 1 + 96);
});

test('planResiduals() takes unary parts when the residuals are geometric', () => {
  const bytes = check(repeat(128, (i) => Math.clz32((Math.imul(i, 0x9e3779b9) | 1) >>> 0)));
  assert.equal(bytes[0]! & UNARY, UNARY);
});

test('planResiduals() patches when few residuals are large', () => {
  const sparse = check(repeat(128, (i) => (i % 64 === 5 ? 1_000_000 : 0)));
  assert.equal(sparse[0]! & PATCHED, PATCHED);
  assert.ok(sparse.length < 12, `${sparse.length} bytes for two values of 20 bits`);
  const packed = check(repeat(128, (i) => (i === 77 ? 2 ** 50 : (i * 37) % 64)));
  assert.equal(packed[0]! & (PATCHED | UNARY), PATCHED);
  assert.ok(packed.length < 1 + 96 + 10);
  const unary = check(repeat(128, (i) => (i === 77 ? 2 ** 50 : i % 3)));
  assert.ok(unary.length < 1 + 32 + 10);
});

test('readResiduals() answers -1 when a field of a header is out of range', () => {
  const malformed = (...bytes: number[]) => {
    const input = new Uint8Array(200);
    input.set(bytes);
    assert.equal(readResiduals(input, 0, input.length, 8), -1);
  };
  for (let k = 55; k < 63; k++) malformed(k);
  malformed(UNARY | 32);
  malformed(UNARY | REST_ZERO);
  // One patch of width 6 over 50 low bits: 56 in all.
  malformed(PATCHED | 50, 0, 3);
  // Nine patches in a sub-block of eight; a patch at position 8 of it.
  malformed(PATCHED, 0x88);
  malformed(PATCHED, 0x80, 0x00, 0x01);
});
