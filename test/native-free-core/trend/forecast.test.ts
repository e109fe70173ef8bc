import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ForecastCoverage, forecast } from '../../../native-free-core/trend/forecast.js';
import { autoregressive } from './noise.js';

/** The part of the points behind `count` that lie in their bands, over many series. */
// Five arguments: what is made, how long, its season, and what is asked.
function coverage(
  make: (count: number, seed: number) => number[],
  count: number,
  period: number,
  percent: ForecastCoverage = 95,
  runs = 150,
): number {
  const steps = count >> 2;
  let inside = 0;
  for (let seed = 0; seed < runs; seed++) {
    const all = make(count + steps, seed * 7_919 + count);
    const { low, high } = forecast(Float64Array.from(all.slice(0, count)), count, period, steps, percent)!;
    for (let h = 0; h < steps; h++) if (all[count + h]! >= low[h]! && all[count + h]! <= high[h]!) inside++;
  }
  return inside / steps / runs;
}

const noise = (rho: number) => (count: number, seed: number) => autoregressive(rho, count, seed);
const seasonal = (rho: number, slope: number) => (count: number, seed: number) =>
  autoregressive(rho, count, seed).map(
    (value, i) => value + 5 * Math.sin((2 * Math.PI * i) / 24) + slope * i,
  );

test('forecast() has bands that hold about 95 % of what comes', () => {
  const check = (make: (count: number, seed: number) => number[], count: number, period: number) => {
    const part = coverage(make, count, period);
    assert.ok(part >= 0.9 && part <= (count < 300 ? 0.99 : 0.98), `${part} of ${count} points`);
  };
  for (const count of [40, 100, 300]) {
    for (const rho of [0, 0.5, 0.9, 1]) check(noise(rho), count, 0);
    check((n, seed) => autoregressive(0, n, seed).map((value, i) => value + i / 10), count, 0);
  }
  for (const count of [100, 300]) {
    check(seasonal(0, 0), count, 24);
    check(seasonal(0.7, 0.05), count, 24);
  }
});

test('forecast() has bands that hold about as much as is asked for', () => {
  const check = (percent: ForecastCoverage, least: number, most: number) => {
    for (const [make, period] of [
      [noise(0), 0],
      [noise(0.9), 0],
      [noise(1), 0],
      [seasonal(0.7, 0.05), 24],
    ] as const) {
      const part = coverage(make, 120, period, percent, 80);
      assert.ok(part >= least && part <= most, `${part} of ${percent} %`);
    }
  };
  check(50, 0.42, 0.64);
  check(80, 0.74, 0.9);
  check(90, 0.84, 0.96);
  check(99, 0.97, 1);
});

/** The mean width of the band at the last of 75 steps behind 300 points. */
function width(make: (count: number, seed: number) => number[], period: number): number {
  const widths = Array.from({ length: 30 }, (_, seed) => {
    const { low, high } = forecast(Float64Array.from(make(300, seed * 7_919)), 300, period, 75, 95)!;
    return high[74]! - low[74]!;
  });
  return widths.reduce((a, b) => a + b, 0) / widths.length;
}

test('forecast() has bands that stay about as narrow as what comes where it comes back to a level, a line and a season', () => {
  // 3.92 deviations hold 95 % of stationary noise: 4.5 of rho 0.5, 5.5 of rho 0.7. Smoothing alone, which has no way back, had 16 and 26.
  const check = (make: (count: number, seed: number) => number[], period: number, most: number) => {
    const found = width(make, period);
    assert.ok(found <= most, `${found}, ${most} at most`);
  };
  check(noise(0.5), 0, 6.5);
  check((n, seed) => autoregressive(0, n, seed).map((value, i) => value + i / 10), 0, 5);
  check(seasonal(0.7, 0.05), 24, 13);
});

test('forecast() has bands that grow with the level where season and noise do', () => {
  const growing = (n: number, seed: number) =>
    autoregressive(0.3, n, seed).map(
      (value, i) => (20 + i / 20) * (1 + 0.5 * Math.sin((2 * Math.PI * i) / 24)) * Math.exp(value / 10),
    );
  const part = coverage(growing, 300, 24);
  assert.ok(part >= 0.9, `${part}`);
  const { low, high } = forecast(Float64Array.from(growing(300, 1)), 300, 24, 24, 95)!;
  const widths = Array.from(high, (value, h) => value - low[h]!);
  assert.ok(Math.max(...widths) > 2 * Math.min(...widths), `${widths}`);
  assert.ok(low.every((value) => value > 0));
});

test('forecast() has bands of a use: not much wider than the noise where nothing wanders', () => {
  const widths = Array.from({ length: 50 }, (_, seed) => {
    const { low, high } = forecast(Float64Array.from(seasonal(0, 0)(300, seed)), 300, 24, 60, 95)!;
    return high[59]! - low[59]!;
  });
  // 3.92 is the least that holds 95 % of noise with a deviation of 1.
  assert.ok(widths.reduce((a, b) => a + b, 0) / 50 < 5, `${widths}`);
});

test('forecast() has bands that never narrow, around its values, and moves with a · y + b', () => {
  const series = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 8, maxLength: 120 });
  fc.assert(
    fc.property(series, fc.constantFrom(0, 4, 7), fc.constantFrom(2, 0.25), (y, period, factor) => {
      const found = forecast(Float64Array.from(y), y.length, period, 12, 95);
      if (y.length < 2 * period) return assert.equal(found, undefined);
      // Logarithms, of which series above 0 may be foretold, have neither law.
      fc.pre(y.some((value) => value <= 0));
      const { values, low, high } = found!;
      for (let h = 0; h < 12; h++) {
        assert.ok(low[h]! <= values[h]! && values[h]! <= high[h]!);
        if (h > 0) assert.ok(high[h]! - low[h]! >= (high[h - 1]! - low[h - 1]!) * (1 - 1e-12));
      }
      const moved = forecast(
        Float64Array.from(y, (value) => value * factor - 64),
        y.length,
        period,
        12,
        95,
      )!;
      values.forEach((value, h) => {
        assert.ok(Math.abs(moved.values[h]! - (value * factor - 64)) <= 1e-6 * (1 + Math.abs(value)));
      });
    }),
    { numRuns: 60 },
  );
});

test('forecast() goes on with a level, a line and a season that are there', () => {
  const check = (make: (i: number) => number, period: number, tolerance: number) => {
    const y = Float64Array.from({ length: 96 }, (_, i) => make(i));
    const { values } = forecast(y, 96, period, 24, 95)!;
    values.forEach((value, h) => {
      assert.ok(Math.abs(value - make(96 + h)) <= tolerance, `step ${h}: ${value}, expected ${make(96 + h)}`);
    });
  };
  check(() => 7, 0, 1e-9);
  check((i) => 1.02 ** i, 0, 0.01);
  check((i) => 3 + 2 * i, 0, 1e-6);
  check((i) => Math.sin((2 * Math.PI * i) / 12), 12, 1e-6);
  assert.equal(forecast(new Float64Array(7), 7, 0, 3, 95), undefined);
});
