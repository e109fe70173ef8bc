import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NumberScanner } from '../../../../src/http/ingest/number-scanner.js';

const scanner = new NumberScanner();

/** The number at the start of a text and how many bytes it took; undefined where it is none. */
function scan(text: string): { value: number; length: number } | undefined {
  const bytes = new TextEncoder().encode(text);
  const length = scanner.scan(bytes, 0, bytes.length);
  return length < 0 ? undefined : { value: scanner.value, length };
}

test('scan() gives the double of JSON.parse when the number is any double', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }).filter(Number.isFinite), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(scan(text), { value: JSON.parse(text), length: text.length });
    }),
    { numRuns: 5000 },
  );
});

test('scan() gives the double of JSON.parse when the text has any digits', () => {
  const digits = (max: number) =>
    fc.array(fc.nat(9), { minLength: 1, maxLength: max }).map((each) => each.join(''));
  const numeral = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits(25),
      fc.option(digits(30)),
      fc.option(fc.tuple(fc.constantFrom('e', 'E-', 'e+'), digits(3))),
    )
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent?.join('') ?? ''}`,
    );
  fc.assert(
    fc.property(numeral, (text) => {
      let expected: number | undefined;
      try {
        expected = JSON.parse(text);
      } catch {
        expected = undefined;
      }
      assert.deepEqual(
        scan(text),
        expected === undefined ? undefined : { value: expected, length: text.length },
      );
    }),
    { numRuns: 5000 },
  );
});

test('scan() answers -1 when the bytes are no JSON number', () => {
  for (const text of ['', '-', '+1', '01', '-01', '1.', '.5', '1e', '1e+', '1.e5', 'NaN', 'Infinity', 'x']) {
    assert.equal(scan(text), undefined, text);
  }
});

test('scan() stops behind the number and keeps minus zero', () => {
  assert.deepEqual(scan('12,'), { value: 12, length: 2 });
  assert.deepEqual(scan('1.5}'), { value: 1.5, length: 3 });
  assert.ok(Object.is(scan('-0')!.value, -0));
});
