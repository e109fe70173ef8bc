import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fromWords,
  highWord,
  lowWord,
  moveByUlps,
  ULPS_MAX,
  ulpsBetween,
} from '../../../native-free-core/cell/ulps.js';

test('ulpsBetween() counts steps when numbers are neighbours, of other signs and far apart', () => {
  const check = (from: number, to: number, ulps: number) => assert.equal(ulpsBetween(from, to), ulps);
  check(1, 1 + 2 ** -52, 1);
  check(1, 1 - 2 ** -53, -1);
  check(-5e-324, 5e-324, 2);
  check(0, -0, 0);
  check(1, 2, Number.NaN);
  check(1, Number.POSITIVE_INFINITY, Number.NaN);
  check(Number.NaN, 1, Number.NaN);
  check(-1, 1, Number.NaN);
});

test('moveByUlps() undoes ulpsBetween() when the distance is below ULPS_MAX', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.oneof(fc.integer(), fc.maxSafeInteger()),
      (from, raw) => {
        const ulps = raw % ULPS_MAX;
        const to = moveByUlps(from, ulps);
        if (Number.isFinite(to)) assert.equal(ulpsBetween(from, to), ulps);
      },
    ),
    { numRuns: 2000 },
  );
});

test('fromWords() is the inverse of highWord() and lowWord() when any number', () => {
  fc.assert(
    fc.property(fc.double(), (value) => Object.is(fromWords(highWord(value), lowWord(value)), value)),
  );
});
