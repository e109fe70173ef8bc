import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DECIMAL_BYTES_MAX, writeDecimal } from '../../../native-free-core/text/decimal-text.js';

const AT = 3;
const out = Buffer.alloc(AT + DECIMAL_BYTES_MAX + 1);

/** What is written, or undefined where the number is left to the library. */
function written(value: number): string | undefined {
  out.fill('#');
  const end = writeDecimal(value, out, AT);
  assert.equal(out.toString('latin1', 0, AT), '###');
  if (end < 0) return undefined;
  assert.ok(end <= AT + DECIMAL_BYTES_MAX, `${value} takes ${end - AT} bytes`);
  return out.toString('latin1', AT, end);
}

/** Positive and not whole. */
const isDecimal = (value: number): boolean => value > 0 && Math.floor(value) !== value;

function check(value: number): void {
  const text = written(value);
  if (text !== undefined) assert.equal(text, String(value));
}

test('writeDecimal() writes numbers of one to seventeen digits', () => {
  const texts = [
    '0.1',
    '0.001',
    '0.0123',
    '47.5',
    '0.30000000000000004',
    '99.99999999999999',
    '123456789.25',
  ];
  const long = ['47.483333333333334', '5.000000000000001', '16777216.000000004', '999999999999999.9'];
  for (const text of [...texts, ...long, '90.07199254740993', '1.7976931348623157']) {
    assert.equal(String(Number(text)), text, 'the test itself');
    assert.equal(written(Number(text)), text);
  }
});

test('writeDecimal() leaves alone what it is not sure of', () => {
  const values = [0, -1.5, 1e-3 / 2, 1e15 + 0.5, 1e21, 5e-324, Number.NaN, Number.POSITIVE_INFINITY];
  for (const value of values) assert.equal(written(value), undefined);
  // Both 562949953421313.2 and .3 read back as this number, and are as near.
  assert.equal(written(562949953421313.25), undefined);
});

test('writeDecimal() writes whatever it writes as String does', () => {
  const digits = fc.nat(10 ** 15).chain((n) => fc.nat(15).map((places) => n / 10 ** places));
  const means = fc.tuple(fc.nat(1_000_000), fc.integer({ min: 1, max: 3600 })).map(([sum, n]) => sum / n);
  // Neighbours of powers of two and ten, where the distance between numbers changes.
  const power = fc.oneof(
    fc.integer({ min: -9, max: 49 }).map((n) => 2 ** n),
    fc.integer({ min: -3, max: 14 }).map((n) => 10 ** n),
  );
  const edges = fc
    .tuple(power, fc.integer({ min: -9, max: 9 }))
    .map(([value, steps]) => value * (1 + steps * Number.EPSILON));
  const any = fc.oneof(
    fc.double({ min: 0, max: 1e15, noNaN: true }),
    fc.double({ min: 0, max: 200, noNaN: true }),
    digits,
    means,
    edges,
  );
  fc.assert(fc.property(any.filter(isDecimal), check), { numRuns: 20_000 });
});

test('writeDecimal() writes nearly all numbers of a chart itself', () => {
  let left = 0;
  for (let i = 1; i <= 10_000; i++) if (written((i * 7919) / 360) === undefined && i % 360 !== 0) left++;
  assert.ok(left <= 1, `${left} of 10,000 means were left to the library`);
});
