import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectPeriod, foretoldShare } from '../../../native-free-core/trend/detect-period.js';
import { autoregressive } from './noise.js';

const sine = (count: number, period: number, height: number, noise: readonly number[]) =>
  Float64Array.from({ length: count }, (_, i) => height * Math.sin((2 * Math.PI * i) / period) + noise[i]!);

/** Each cycle without its own line against the mean of the others, written out. */
function naiveShare(y: readonly number[], period: number): number {
  const cycles = Math.floor(y.length / period);
  const from = y.length - cycles * period;
  const rows = Array.from({ length: cycles }, (_, k) => {
    const row = y.slice(from + k * period, from + (k + 1) * period);
    const mean = row.reduce((a, b) => a + b, 0) / period;
    const middle = (period - 1) / 2;
    const xx = row.reduce((sum, _, j) => sum + (j - middle) ** 2, 0);
    const slope = row.reduce((sum, value, j) => sum + (j - middle) * (value - mean), 0) / xx;
    return row.map((value, j) => value - mean - slope * (j - middle));
  });
  let errors = 0;
  let total = 0;
  rows.forEach((row, k) => {
    row.forEach((value, j) => {
      const others = rows.filter((_, other) => other !== k).map((other) => other[j]!);
      errors += (value - others.reduce((a, b) => a + b, 0) / others.length) ** 2;
      total += value * value;
    });
  });
  return total === 0 ? 0 : 1 - errors / total;
}

test('foretoldShare() is what leaving out each cycle gives', () => {
  const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 12, maxLength: 80 });
  fc.assert(
    fc.property(values, fc.integer({ min: 4, max: 20 }), (y, period) => {
      if (y.length < 3 * period) return;
      const found = foretoldShare(Float64Array.from(y), y.length, period, new Float64Array(period));
      assert.ok(Math.abs(found - naiveShare(y, period)) <= 1e-9);
    }),
  );
});

test('detectPeriod() finds a period, of the calendar in more noise than any other', () => {
  const check = (y: Float64Array, expected: number[], period: number) =>
    assert.equal(detectPeriod(y, y.length, expected), period);
  const still = new Array<number>(300).fill(0);
  check(sine(300, 24, 1, still), [], 24);
  check(sine(300, 7, 1, still), [24], 7);
  check(sine(300, 100, 1, still), [], 100);
  for (let seed = 0; seed < 30; seed++) {
    check(sine(240, 24, 2, autoregressive(0, 240, seed)), [24], 24);
    check(sine(240, 17, 4, autoregressive(0.5, 240, seed)), [24], 17);
  }
});

test('detectPeriod() names the hour and none of its multiples, and the day where the hour is only a part of it', () => {
  for (let seed = 0; seed < 40; seed++) {
    const noise = autoregressive(0, 660, seed);
    // A wave that begins with its rise, of which a line takes most, and a step: two hours looked better than one.
    const hour = Float64Array.from(
      noise,
      (value, i) => 20 * Math.sin((2 * Math.PI * i) / 60) + (i % 60 < 10 ? 30 : 0) + 3.5 * value,
    );
    assert.equal(detectPeriod(hour, hour.length, [60, 30, 15]), 60, `seed ${seed}`);
    // Windows of ten minutes for four days, with something at each full hour.
    const day = Float64Array.from(
      noise.slice(0, 576),
      (value, i) => 20 * Math.sin((2 * Math.PI * i) / 144) + (i % 6 === 0 ? 10 : 0) + value,
    );
    assert.equal(detectPeriod(day, day.length, [6, 72, 144]), 144, `seed ${seed}`);
  }
});

test('detectPeriod() finds nothing in noise, in a walk, in a line, in few points', () => {
  const found = (rho: number, count: number) => {
    let periods = 0;
    for (let seed = 0; seed < 200; seed++) {
      const y = Float64Array.from(autoregressive(rho, count, seed * 31 + count));
      if (detectPeriod(y, count, [12, 24, 60]) > 0) periods++;
    }
    return periods / 200;
  };
  for (const count of [60, 120, 300]) {
    for (const rho of [0, 0.5, 0.9, 1]) {
      const part = found(rho, count);
      assert.ok(part <= 0.06, `${part} of ${count} points with rho ${rho}`);
    }
  }
  const line = Float64Array.from({ length: 100 }, (_, i) => 3 * i);
  assert.equal(detectPeriod(line, 100, [24]), 0);
  assert.equal(detectPeriod(new Float64Array(100), 100, [24]), 0);
  assert.equal(detectPeriod(line, 5, [4]), 0);
  assert.equal(detectPeriod(line, 0, []), 0);
});

test('detectPeriod() takes no rounding for a season, and a small season beside a large level for one', () => {
  const check = (make: (i: number) => number, period: number) => {
    for (const count of [100, 360, 1_500]) {
      const y = Float64Array.from({ length: count }, (_, i) => make(i));
      assert.equal(detectPeriod(y, count, [6, 60]), period, `${make}`);
    }
  };
  check(() => 0.1, 0);
  check(() => 1e9 / 3, 0);
  check((i) => Math.round((40 + 0.01 * i) * 100) / 100, 0);
  check((i) => 1e6 - 0.1 * i, 0);
  check((i) => 1e9 + (i % 6 === 0 ? 1 : 0), 6);
});
