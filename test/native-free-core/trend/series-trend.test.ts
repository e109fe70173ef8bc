import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenSeries } from '../../../native-free-core/trend/even-grid.js';
import { seriesTrend } from '../../../native-free-core/trend/series-trend.js';
import { autoregressive } from './noise.js';

const HOUR = 3_600_000;

const wish = (forecastSteps: number, periodSteps?: number) =>
  ({ forecastSteps, coverage: 95, periodSteps }) as const;

function daily(seed: number, rise: number, height: number) {
  const noise = autoregressive(0.6, 240, seed);
  const values = Float64Array.from(
    noise,
    (value, i) => value + height * Math.sin((2 * Math.PI * i) / 24) + (rise * i) / 240,
  );
  return { startMs: 0, stepMs: HOUR, invented: 0, values };
}

test('seriesTrend() finds a trend under a season, and none in a season alone', () => {
  let found = 0;
  let invented = 0;
  for (let seed = 0; seed < 200; seed++) {
    const rising = seriesTrend(daily(seed, 8, 8), wish(0));
    assert.equal(rising.period, 24);
    if (rising.isSignificant) found++;
    if (seriesTrend(daily(seed, 0, 8), wish(0)).isSignificant) invented++;
  }
  assert.ok(found >= 190, `${found} of 200 found`);
  assert.ok(invented <= 20, `${invented} of 200 invented`);
});

test('seriesTrend() finds a trend that is curved, also where next to no noise leaves a line far off', () => {
  const check = (make: (i: number) => number, noise: number) => {
    const values = Float64Array.from(autoregressive(0.3, 120, 3), (value, i) => make(i) + noise * value);
    assert.ok(
      seriesTrend({ startMs: 0, stepMs: HOUR, invented: 0, values }, wish(0, 0)).isSignificant,
      `${make} ${noise}`,
    );
  };
  for (const noise of [0, 0.01]) {
    check((i) => (i / 30) ** 2, noise);
    check((i) => Math.sqrt(i), noise);
    check((i) => 1.02 ** i, noise);
    check((i) => -Math.log(1 + i), noise);
  }
});

test('seriesTrend() takes a period that is given, unless the series is shorter than two of it', () => {
  assert.equal(seriesTrend(daily(1, 0, 8), wish(0, 48)).period, 48);
  assert.equal(seriesTrend(daily(1, 0, 8), wish(0, 121)).period, 0);
});

test('seriesTrend() foretells as many steps as are asked for', () => {
  assert.equal(seriesTrend(daily(1, 0, 8), wish(30)).forecast!.values.length, 30);
  assert.equal(seriesTrend(daily(1, 0, 8), wish(0)).forecast, undefined);
  const few = { startMs: 0, stepMs: HOUR, invented: 0, values: Float64Array.of(1, 2) };
  assert.deepEqual(seriesTrend(few, wish(3)), {
    period: 0,
    isSignificant: false,
    direction: 0,
    forecast: undefined,
  });
});

test('seriesTrend() says of very large and very small values what it says of others', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { values } = daily(seed, seed % 2 === 0 ? 0 : 8, seed % 4 < 2 ? 0 : 8);
    const plain = seriesTrend({ startMs: 0, stepMs: HOUR, invented: 0, values }, wish(3));
    for (const scale of [2 ** 515, 2 ** 1_000, 2 ** -565, 2 ** -900]) {
      const sized = values.map((value) => value * scale);
      const found = seriesTrend({ startMs: 0, stepMs: HOUR, invented: 0, values: sized }, wish(3));
      assert.equal(found.period, plain.period);
      assert.equal(found.isSignificant, plain.isSignificant, `${seed} times ${scale}`);
      for (const column of ['values', 'low', 'high'] as const) {
        assert.deepEqual(
          found.forecast![column],
          plain.forecast![column].map((value) => value * scale),
        );
      }
    }
  }
  const least = Float64Array.from({ length: 40 }, (_, i) => i * Number.MIN_VALUE);
  assert.ok(seriesTrend({ startMs: 0, stepMs: HOUR, invented: 0, values: least }, wish(0)).isSignificant);
});

test('seriesTrend() tells the direction of the series without its season', () => {
  // Each cycle begins high and ends low: the line through all of them falls, what is below the season rises.
  const values = Float64Array.from(
    autoregressive(0, 72, 2),
    (noise, i) => 40 * Math.sin((2 * Math.PI * i) / 24) + i / 20 + noise / 10,
  );
  const { period, isSignificant, direction } = seriesTrend(
    { startMs: 0, stepMs: HOUR, invented: 0, values },
    wish(0),
  );
  const middle = (values.length - 1) / 2;
  assert.ok(values.reduce((sum, value, i) => sum + (i - middle) * value, 0) < 0, 'the line falls');
  assert.deepEqual({ period, isSignificant, direction }, { period: 24, isSignificant: true, direction: 1 });
  const turned = { startMs: 0, stepMs: HOUR, invented: 0, values: values.map((value) => -value) };
  assert.equal(seriesTrend(turned, wish(0)).direction, -1);
});

test('seriesTrend() takes the lines through a large hole for no trend, and finds one beside a small hole', () => {
  const significant = (ends: number, rise: number) => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const noise = autoregressive(0, 120, seed * 7_919 + ends);
      const places = noise.map((_, i) => i).filter((i) => i < ends || i >= 120 - ends);
      const times = Float64Array.from(places, (i) => i * HOUR);
      const values = Float64Array.from(places, (i) => noise[i]! + (rise * i) / 120);
      if (seriesTrend(evenSeries(times, values, places.length, HOUR), wish(0)).isSignificant) found++;
    }
    return found;
  };
  for (const ends of [3, 4, 5, 6, 7, 8, 20]) {
    const found = significant(ends, 0);
    assert.ok(found <= 16, `${found} of 200 with ${ends} points at each end`);
  }
  for (const ends of [40, 45, 50]) {
    const found = significant(ends, 0);
    assert.ok(found <= 16, `${found} of 200 with ${ends} points at each end`);
    const risen = significant(ends, 3);
    assert.ok(risen >= 130, `${risen} of 200 trends with ${ends} points at each end`);
  }
});
