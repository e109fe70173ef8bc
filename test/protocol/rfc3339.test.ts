import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRfc3339Ms, parseRfc3339MsBytes } from '../../protocol/rfc3339.js';

function check(text: string, expected: number): void {
  assert.equal(parseRfc3339Ms(text), expected, text);
}

test('parseRfc3339Ms() reads the examples of RFC 3339, section 5.8', () => {
  check('1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520));
  check('1996-12-19T16:39:57-08:00', Date.UTC(1996, 11, 20, 0, 39, 57));
  check('1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870));
});

test('parseRfc3339Ms() keeps a fraction of a millisecond', () => {
  check('1970-01-01T00:00:00.123456Z', 123.456);
  check('1970-01-01T00:00:00.0000001Z', 0.0001);
  check('1970-01-01T00:00:00.999999999999Z', 999.999999999);
  check('1970-01-01T00:00:00.1234567890123456789Z', 123.456789012);
});

test('parseRfc3339Ms() takes either case of T and Z, and any offset to 23:59', () => {
  check('1970-01-01t00:00:00z', 0);
  check('1970-01-01T00:00:00-00:00', 0);
  check('1970-01-02T00:00:00+23:59', 60_000);
  check('1969-12-31T00:00:00-23:59', -60_000);
});

test('parseRfc3339Ms() knows the leap years', () => {
  check('2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29));
  check('2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29));
  check('2023-02-29T00:00:00Z', Number.NaN);
  check('1900-02-29T00:00:00Z', Number.NaN);
  check('2024-04-31T00:00:00Z', Number.NaN);
});

test('parseRfc3339Ms() is NaN for what the grammar does not have', () => {
  const wrong = [
    '',
    'now',
    '2024-01-01',
    '2024-01-01T00:00:00',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2016-12-31T23:59:60Z',
    '2024-00-01T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-32T00:00:00Z',
    '2024-1-01T00:00:00Z',
    '24-01-01T00:00:00Z',
    '2024/01/01T00:00:00Z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00,5Z',
    '2024-01-01T00:00:00ZZ',
    '2024-01-01T00:00:00Z ',
    ' 2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00+0000',
    '2024-01-01T00:00:00+00',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01T00:00:00+00:60',
    '+2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.1é0Z',
    `2024-01-01T00:00:00.${'0'.repeat(60)}Z`,
  ];
  for (const text of wrong) check(text, Number.NaN);
});

test('parseRfc3339Ms() reads back every instant of the years 0 to 9999', () => {
  const min = Date.parse('0000-01-01T00:00:00Z');
  const max = Date.parse('9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(fc.integer({ min, max }), (ms) => check(new Date(ms).toISOString(), ms)),
    { numRuns: 5000 },
  );
});

test('parseRfc3339Ms() moves by the offset', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1439, max: 1439 }), (minutes) => {
      const sign = minutes < 0 ? '-' : '+';
      const two = (n: number): string => String(n).padStart(2, '0');
      const offset = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
      check(`2024-06-15T12:00:00${offset}`, Date.UTC(2024, 5, 15, 12) - minutes * 60_000);
    }),
  );
});

test('parseRfc3339MsBytes() looks at its range alone', () => {
  const bytes = new TextEncoder().encode('x1970-01-01T00:00:01Zx');
  assert.equal(parseRfc3339MsBytes(bytes, 1, bytes.length - 1), 1000);
  assert.equal(parseRfc3339MsBytes(bytes, 1, bytes.length), Number.NaN);
  assert.equal(parseRfc3339MsBytes(bytes, 1, bytes.length - 2), Number.NaN);
});
