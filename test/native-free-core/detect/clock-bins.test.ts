import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfHourBin, hourBin } from '../../../native-free-core/detect/clock-bins.js';

test('hourBin() and halfHourBin() go by UTC; hours of weekends are bins of their own', () => {
  const check = (time: string, hour: number, halfHour: number) => {
    assert.equal(hourBin(Date.parse(time)), hour, time);
    assert.equal(halfHourBin(Date.parse(time)), halfHour, time);
  };
  check('1970-01-01T00:00:00Z', 0, 0);
  check('2024-05-03T23:59:59.999Z', 23, 47);
  check('2024-05-04T00:00:00Z', 24, 0);
  check('2024-05-05T13:30:00Z', 37, 27);
  check('2024-05-06T13:29:59Z', 13, 26);
  check('1969-12-28T05:00:00Z', 29, 10);
  check('1969-12-29T05:00:00Z', 5, 10);
});
