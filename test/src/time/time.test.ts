import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRfc3339Ms } from '../../../protocol/index.js';
import { civilFromDays, TIME_MS_MAX, TIME_MS_MIN } from '../../../src/time/civil.js';
import { formatDuration, parseDuration } from '../../../src/time/duration.js';
import { formatTime } from '../../../src/time/format-time.js';
import { epochToMs, readTime, resolveTime } from '../../../src/time/parse-time.js';

const NOW = 1_717_243_200_000;

test('formatTime() gives the time of Date without an empty fraction', () => {
  fc.assert(
    fc.property(fc.integer({ min: TIME_MS_MIN, max: TIME_MS_MAX }), (ms) => {
      const expected = new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
      // Zeros before the dot are seconds, and stay.
      const whole = new Date(ms).toISOString();
      assert.equal(formatTime(ms), whole.endsWith('.000Z') ? `${whole.slice(0, -5)}Z` : expected);
    }),
    { numRuns: 3000 },
  );
});

test('formatTime() gives text that reads back to the same double when there is a fraction', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e12, max: 4e12, noNaN: true }), (ms) => {
      // Below a nanosecond RFC 3339 texts of nine digits can't tell doubles near the epoch apart.
      if (Math.abs(ms) < 2 ** 23 * 1000) return;
      assert.equal(parseRfc3339Ms(formatTime(ms)), ms);
    }),
    { numRuns: 3000 },
  );
});

test('formatTime() keeps the digits that came in', () => {
  const check = (text: string): void => assert.equal(formatTime(parseRfc3339Ms(text)), text);
  check('2024-01-01T00:00:00Z');
  check('2024-01-01T00:00:00.5Z');
  check('2024-02-29T23:59:59.123456Z');
  check('1969-12-31T23:59:59.999Z');
  check('0000-01-01T00:00:00Z');
  check('9999-12-31T23:59:59.999Z');
});

test('civilFromDays() gives the date of Date', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (days) => {
      const date = new Date(days * 86_400_000);
      assert.equal(
        civilFromDays(days),
        date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate(),
      );
    }),
  );
});

test('readTime() takes every form of the contract', () => {
  const check = (text: string, ms: number): void => assert.equal(resolveTime(readTime(text)!, NOW), ms, text);
  check('now', NOW);
  check('90s', NOW - 90_000);
  check('15m', NOW - 900_000);
  check('1h', NOW - 3_600_000);
  check('7d', NOW - 604_800_000);
  check('2w', NOW - 1_209_600_000);
  check('2024-01-01T00:00:00Z', 1_704_067_200_000);
  check('2024-01-01T02:00:00+02:00', 1_704_067_200_000);
  // An unescaped plus in a query string.
  check('2024-01-01T02:00:00 02:00', 1_704_067_200_000);
  check('1704067200', 1_704_067_200_000);
  check('1704067200.25', 1_704_067_200_250);
  check('1704067200123', 1_704_067_200_123);
  check('100000000000', 1e11);
  check('99999999999', 99_999_999_999_000);
  check('0001-01-01T00:00:00Z', -62_135_596_800_000);
  check('1.7040672e9', 1_704_067_200_000);
  check('1.704067200123E+12', 1_704_067_200_123);
});

test('readTime() answers undefined when the text is no time, or none that can be told', () => {
  for (const text of [
    '',
    'yesterday',
    '1y',
    'e9',
    '0000-12-31T23:59:59Z',
    '-62135596801',
    '1e',
    '1e99',
    '1e1.5',
    '1.5h',
    '-1h',
    '2024-01-01',
    '2024-01-01T00:00:00',
    '999999999w',
    '9999-12-31T23:59:59-01:00',
  ]) {
    assert.equal(readTime(text), undefined, text);
  }
  assert.ok(Number.isNaN(epochToMs(1e18)));
});

test('parseDuration() takes the durations of the contract and nothing else', () => {
  const check = (text: string, ms: number): void => assert.equal(parseDuration(text), ms, text);
  check('1s', 1000);
  check('5m', 300_000);
  check('5min', 300_000);
  check('1d', 86_400_000);
  check('0s', 0);
  for (const text of ['', '5', 'm', '5 m', '5M', '-5m', '1.5h', '1h30m', '1234567890s'])
    check(text, Number.NaN);
});

test('formatDuration() gives the largest unit that divides', () => {
  const check = (ms: number, text: string): void => assert.equal(formatDuration(ms), text);
  check(604_800_000, '1w');
  check(90_000, '90s');
  check(3_600_000, '1h');
  check(250, '250ms');
  check(0, '0s');
});
