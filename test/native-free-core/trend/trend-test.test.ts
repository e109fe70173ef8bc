import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trendStatistic } from '../../../native-free-core/trend/trend-test.js';
import { autoregressive } from './noise.js';

/** The part of `runs` series, of noise around a line that rises by `rise` over all, that are found significant. */
function found(rho: number, count: number, rise: number, runs = 500): number {
  let significant = 0;
  for (let seed = 0; seed < runs; seed++) {
    const noise = autoregressive(rho, count, seed * 7_919 + count);
    const y = Float64Array.from(noise, (value, i) => value + (rise * i) / count);
    if (trendStatistic(y, count) > 1) significant++;
  }
  return significant / runs;
}

test('trendStatistic() calls about 5 % of series without a trend significant, whatever the correlation of their noise', () => {
  // Of 500 runs at 5 % one in a thousand has more than 8.2 %.
  for (const count of [20, 30, 60, 120, 300]) {
    for (const rho of [0, 0.3, 0.6, 0.8, 0.9, 0.95, 1]) {
      const part = found(rho, count, 0);
      assert.ok(part <= 0.082, `${part} of ${count} points with rho ${rho}`);
    }
  }
  const longer = [0, 0.6, 0.9, 1].map((rho) => found(rho, 300, 0));
  // Short walks and their like have too few points to tell a trend from; the test takes one for another in one of eight.
  for (const count of [5, 8, 12]) {
    for (const rho of [0, 0.6, 1]) {
      const part = found(rho, count, 0);
      assert.ok(part <= (rho === 1 ? 0.14 : 0.1), `${part} of ${count} points with rho ${rho}`);
    }
  }
  for (const rho of [0, 0.8, 1]) {
    const part = found(rho, 1_500, 0, 60);
    assert.ok(part <= 0.14, `${part} of 1500 points with rho ${rho}`);
  }
  for (const part of longer) assert.ok(part >= 0.02, `${longer}: the test would not be of 5 %`);
});

test('trendStatistic() finds trends that stand out of their noise', () => {
  const check = (rho: number, rise: number, least: number) => {
    const part = found(rho, 120, rise, 200);
    assert.ok(part >= least, `${part} with rho ${rho} and a rise of ${rise}`);
  };
  check(0, 1, 0.75);
  check(0, 2, 0.98);
  check(0.6, 4, 0.85);
  check(0.9, 20, 0.45);
});

test('trendStatistic() is not led far astray by a slow wander that noise hides', () => {
  for (const [count, step] of [
    [60, 0.3],
    [120, 0.1],
    [300, 0.03],
  ] as const) {
    let significant = 0;
    for (let seed = 0; seed < 400; seed++) {
      const walk = autoregressive(1, count, seed * 7_919 + count);
      const noise = autoregressive(0, count, seed * 104_729 + count);
      const y = Float64Array.from(walk, (value, i) => value * step + noise[i]!);
      if (trendStatistic(y, count) > 1) significant++;
    }
    // A straight line explains it often; a test that takes whole residuals for its measure says so of two in five.
    assert.ok(significant <= 132, `${significant} of 400 walks of ${step} under noise, ${count} points`);
  }
});

test('trendStatistic() is the same for a · y + b', () => {
  const noise = autoregressive(0.5, 80, 3);
  const plain = trendStatistic(Float64Array.from(noise), 80);
  for (const [a, b] of [
    [3, 1e5],
    [-0.01, 7],
  ] as const) {
    const moved = trendStatistic(
      Float64Array.from(noise, (value) => a * value + b),
      80,
    );
    assert.ok(Math.abs(moved - plain) <= 1e-6 * plain, `${moved}, ${plain}`);
  }
});

test('trendStatistic() has no doubt of a straight line, and finds nothing in a level one or in few points', () => {
  const check = (y: number[], isSignificant: boolean) =>
    assert.equal(trendStatistic(Float64Array.from(y), y.length) > 1, isSignificant, `${y}`);
  check([1, 2, 3, 4], true);
  check(
    Array.from({ length: 10 }, (_, i) => 1e9 - i * 0.1),
    true,
  );
  check([5, 5, 5, 5, 5, 5], false);
  check([0.1, 0.1, 0.1, 0.1, 0.1], false);
  check([1, 2, 3], false);
  check([], false);
});
