import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateMeter } from '../../../src/operator/rate-meter.js';

test('perSecond() is 0 before the second sample', () => {
  const meter = new RateMeter();
  assert.equal(meter.perSecond(10), 0);
  meter.sample(500, 1_000);
  assert.equal(meter.perSecond(10), 0);
});

test('perSecond() is the rate over the asked time, or over as much as there is', () => {
  const meter = new RateMeter();
  const check = (seconds: number, rate: number) => assert.equal(meter.perSecond(seconds), rate);
  meter.sample(0, 0);
  meter.sample(100, 1_000);
  check(1, 100);
  check(60, 100);
  meter.sample(400, 2_000);
  check(1, 300);
  check(10, 200);
});

test('perSecond() goes by the clock when samples come late', () => {
  const meter = new RateMeter();
  meter.sample(0, 0);
  meter.sample(300, 1_500);
  assert.equal(meter.perSecond(1), 200);
  meter.sample(300, 1_500);
  assert.equal(meter.perSecond(1), 0);
});

test('perSecond() reaches back 60 seconds and no further when it has run for long', () => {
  const meter = new RateMeter();
  let count = 0;
  for (let second = 0; second <= 500; second++) {
    // 10 a second for a long time, then 70 a second for the last minute.
    count += second > 440 ? 70 : 10;
    meter.sample(count, second * 1_000);
  }
  const check = (seconds: number, rate: number) => assert.equal(meter.perSecond(seconds), rate);
  check(1, 70);
  check(10, 70);
  check(60, 70);
  check(600, 70);
});
