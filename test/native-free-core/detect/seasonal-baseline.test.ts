import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NORMAL_MEDIAN_DEVIATION,
  seasonalBaseline,
} from '../../../native-free-core/detect/seasonal-baseline.js';
import { autoregressive } from '../trend/noise.js';

const wave = (i: number): number => 10 * Math.sin((2 * Math.PI * i) / 24) + 0.05 * i;

test('seasonalBaseline() is the season and its slow level, without the noise', () => {
  const noise = autoregressive(0, 240, 5);
  const expected = seasonalBaseline(
    Float64Array.from(noise, (value, i) => wave(i) + value),
    24,
  );
  expected.forEach((value, i) => {
    assert.ok(Math.abs(value - wave(i)) <= 1.6, `${i}: ${value}, ${wave(i)}`);
  });
});

test('seasonalBaseline() expects no anomaly that it saw', () => {
  const values = Float64Array.from({ length: 240 }, (_, i) => wave(i) + Math.sin(i * i));
  const clean = seasonalBaseline(values, 24);
  values[100] = 500;
  values[101] = 400;
  const spiked = seasonalBaseline(values, 24);
  spiked.forEach((value, i) => {
    assert.ok(Math.abs(value - clean[i]!) <= 1.5, `${i}: ${value}, without the spike ${clean[i]}`);
  });
});

test('seasonalBaseline() lets ordinary values of few cycles be ordinary', () => {
  for (const cycles of [2, 3, 4, 7]) {
    let strange = 0;
    let count = 0;
    for (let seed = 0; seed < 40; seed++) {
      const noise = autoregressive(0, cycles * 60, seed * 31 + cycles);
      const values = Float64Array.from(noise, (value, i) => value + (i % 60 < 6 ? 10 : 0));
      const expected = seasonalBaseline(values, 60);
      const distances = values.map((value, i) => Math.abs(value - expected[i]!));
      const deviation = distances.slice().sort()[distances.length >> 1]! / NORMAL_MEDIAN_DEVIATION;
      for (const distance of distances) if (distance > 3 * deviation) strange++;
      count += values.length;
    }
    // Of normal values 0.27 % are; a median that knows the value it is held against called 3.4 % of four cycles strange.
    assert.ok(strange <= 0.008 * count, `${strange} of ${count} in ${cycles} cycles`);
  }
});

test('seasonalBaseline() of a series that repeats to the letter is the series', () => {
  const values = Float64Array.from({ length: 20 }, (_, i) => [1, 5, 2, 4][i % 4]!);
  assert.deepEqual([...seasonalBaseline(values, 4)], [...values]);
});

test('seasonalBaseline() follows a slow trend to both ends', () => {
  let strange = 0;
  let count = 0;
  for (let seed = 0; seed < 20; seed++) {
    const noise = autoregressive(0, 600, seed * 31);
    const values = Float64Array.from(noise, (value, i) => value + 0.2 * i + (i % 60 < 6 ? 10 : 0));
    const expected = seasonalBaseline(values, 60);
    const distances = values.map((value, i) => Math.abs(value - expected[i]!));
    const deviation = distances.slice().sort()[distances.length >> 1]! / NORMAL_MEDIAN_DEVIATION;
    distances.forEach((distance, i) => {
      if (i >= 30 && i < 570) return;
      count++;
      if (distance > 3 * deviation) strange++;
    });
  }
  assert.ok(strange <= 0.02 * count, `${strange} of ${count}`);
});
