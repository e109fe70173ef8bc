import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitSmoothing } from '../../../native-free-core/trend/fit-smoothing.js';
import { forecast } from '../../../native-free-core/trend/forecast.js';
import {
  type SmoothingStart,
  type SmoothingWeights,
  smooth,
  smoothingStart,
} from '../../../native-free-core/trend/smoothing.js';
import { trendStatistic } from '../../../native-free-core/trend/trend-test.js';
import { autoregressive } from './noise.js';
import { orthonormalPolynomials } from './orthonormal.js';

/** The methods as their books write them, term by term, against what the engine computes in fewer passes. */

const near = (actual: number, wanted: number, what: string, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - wanted) <= relative * Math.max(1, Math.abs(wanted)),
    `${what}: ${actual}, not ${wanted}`,
  );

interface State {
  level: number;
  trend: number;
  /** By phase. */
  season: number[];
  /** Of the point from level, trend and season before it. */
  distance: number;
}

/**
 * Additive season and damped trend in the component form (Hyndman et al. 2008, section 2.3): averages instead of errors, of what is left when the part
 * of the last distance that comes back is taken out.
 */
function components(y: readonly number[], start: SmoothingStart, weights: SmoothingWeights): State[] {
  const { level: alpha, trend: beta, season: gamma, damping: phi, carry: rho } = weights;
  const period = start.season.length;
  const states: State[] = [];
  let { level, trend } = start;
  let season = [...start.season];
  let distance = 0;
  y.forEach((point, t) => {
    const value = point - rho * distance;
    const seasonal = period === 0 ? 0 : season[t % period]!;
    const before = level + phi * trend;
    distance = point - before - seasonal;
    level = alpha * (value - seasonal) + (1 - alpha) * before;
    // Of the error form the trend's weight is alpha times that of this one.
    const share = alpha === 0 ? 0 : beta / alpha;
    trend = share * (level - (before - phi * trend)) + (1 - share) * phi * trend;
    season = [...season];
    if (period > 0) season[t % period] = gamma * (value - before) + (1 - gamma) * seasonal;
    states.push({ level, trend, season, distance });
  });
  return states;
}

/** What is foretold of point t + h from the state after point t. */
function ahead(state: State, { damping, carry }: SmoothingWeights, t: number, h: number): number {
  const { level, trend, season, distance } = state;
  let damped = 0;
  for (let k = 1; k <= h; k++) damped += damping ** k;
  const seasonal = season.length === 0 ? 0 : season[(t + h) % season.length]!;
  return level + damped * trend + seasonal + carry ** h * distance;
}

function seriesOf(seed: number, count: number, period: number): number[] {
  const noise = autoregressive(0.4, count, seed);
  return noise.map(
    (value, i) => value + 0.05 * i + 20 + (period === 0 ? 0 : 4 * Math.sin((2 * Math.PI * i) / period)),
  );
}

test('smooth() is the component form of exponential smoothing', () => {
  for (const [seed, count, period] of [
    [1, 60, 0],
    [2, 96, 12],
    [3, 50, 7],
  ] as const) {
    const y = seriesOf(seed, count, period);
    const start = smoothingStart(Float64Array.from(y), count, period);
    for (const weights of [
      { level: 0.3, trend: 0.03, season: 0.1, damping: 0.98, carry: 0 },
      { level: 0.95, trend: 0.285, season: 0.01, damping: 0.9, carry: 0 },
      { level: 0.07, trend: 0.01, season: 0.05, damping: 0.98, carry: 0.75 },
    ]) {
      const states = components(y, start, weights);
      const found = smooth(Float64Array.from(y), count, start, weights);
      const last = states.at(-1)!;
      near(found.level, last.level, 'level');
      near(found.trend, last.trend, 'trend');
      near(found.distance, last.distance, 'distance');
      for (let phase = 0; phase < period; phase++)
        near(found.season[phase]!, last.season[phase]!, `phase ${phase}`);
      let squares = 0;
      for (let t = start.skipped; t < count; t++) {
        const before = t === 0 ? { ...start, season: [...start.season], distance: 0 } : states[t - 1]!;
        squares += (y[t]! - ahead(before, weights, t - 1, 1)) ** 2;
      }
      near(found.meanSquare, squares / (count - start.skipped), 'mean square');
    }
  }
});

test('forecast() goes on from the last state, in bands as wide as the model and what it missed say', () => {
  const kinds = new Set<boolean>();
  for (const [seed, count, period, isPositive] of [
    [4, 80, 0, true],
    [5, 120, 12, true],
    [6, 200, 0, false],
    [7, 240, 12, false],
  ] as const) {
    const y = seriesOf(seed, count, period).map((value) => value - (isPositive ? 0 : 30));
    const column = Float64Array.from(y);
    const { start, weights } = fitSmoothing(column, count, period);
    kinds.add(weights.carry > 0);
    const states = components(y, start, weights);
    const steps = 20;
    const found = forecast(column, count, period, steps, 95)!;
    const phi = weights.damping;
    const missed = (h: number): number[] =>
      states.flatMap((state, t) =>
        t < start.skipped || t + h >= count ? [] : [y[t + h]! - ahead(state, weights, t, h)],
      );
    const { meanSquare } = smooth(column, count, start, weights);
    const sorted = missed(1)
      .map(Math.abs)
      .sort((a, b) => a - b);
    const tail = Math.max(1.959964, sorted[Math.floor((sorted.length - 1) * 0.95)]! / Math.sqrt(meanSquare));
    const taken = (count + 6) / (count - 6 - period);
    let widest = 0;
    for (let h = 1; h <= steps; h++) {
      near(found.values[h - 1]!, ahead(states.at(-1)!, weights, count - 1, h), `value ${h}`);
      // Class 1 of the book's table 6.2: sigma² (1 + sum of c_j²), c_j = alpha + beta (phi + … + phi^j), plus gamma in full periods, plus rho^j.
      let growth = 1;
      for (let j = 1; j < h; j++) {
        let c = weights.level + weights.carry ** j;
        for (let k = 1; k <= j; k++) c += weights.trend * phi ** k;
        if (period > 0 && j % period === 0) c += weights.season;
        growth += c * c;
      }
      const errors = missed(h);
      const modelled = growth * meanSquare;
      const mean = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
      const apart = errors.length / h;
      const weight = apart / (apart + 5);
      widest = Math.max(widest, weight * mean + (1 - weight) * Math.max(modelled, mean));
      near(
        found.high[h - 1]! - found.values[h - 1]!,
        tail * Math.sqrt(widest * taken),
        `half width ${h}`,
        1e-8,
      );
      near(
        found.values[h - 1]! - found.low[h - 1]!,
        tail * Math.sqrt(widest * taken),
        `half width ${h}`,
        1e-8,
      );
    }
  }
  assert.equal(kinds.size, 2, 'series of both kinds');
});

test('trendStatistic() is the slope over its robust error, lowered by how slow the residuals are, or what of the line stands out of the slowest polynomials', () => {
  const lower = new Set<boolean>();
  for (const [seed, rho, count, rise] of [
    [6, 0, 40, 1],
    [7, 0.7, 90, 3],
    [8, 1, 60, 0],
    [9, 0.3, 10, 2],
    [10, 0.3, 150, 2],
    [11, 0, 400, 0],
  ] as const) {
    const y = autoregressive(rho, count, seed).map((value, i) => value + (rise * i) / count);
    // The line by the normal equations with a constant and the time.
    const x = y.map((_, i) => i);
    const sum = (of: (i: number) => number): number => x.reduce((all, i) => all + of(i), 0);
    const slope =
      (count * sum((i) => i * y[i]!) - sum((i) => i) * sum((i) => y[i]!)) /
      (count * sum((i) => i * i) - sum((i) => i) ** 2);
    const intercept = (sum((i) => y[i]!) - slope * sum((i) => i)) / count;
    const u = y.map((value, i) => value - intercept - slope * i);
    const bandwidth = Math.max(2, 0.2 * count);
    let variance = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const kernel = Math.max(0, 1 - Math.abs(i - j) / bandwidth);
        variance += (kernel * u[i]! * u[j]!) / count;
      }
    }
    const middle = (count - 1) / 2;
    const t = Math.abs(slope) / Math.sqrt(variance / sum((i) => (i - middle) ** 2));
    const cosines = Math.min(8, count >> 1);
    let inCosines = 0;
    for (let k = 1; k <= cosines; k++) {
      const part = sum((i) => u[i]! * Math.cos((Math.PI * k * (i + 0.5)) / count));
      inCosines += (2 * part * part) / count;
    }
    const energy = sum((i) => u[i]! ** 2);
    const slowness = Math.max(0, inCosines / (energy - inCosines) - cosines / (count - cosines));
    const critical = 2.65 * (1 + 45 / count ** 2);
    const robust = (t * Math.exp(-1.006 * slowness)) / critical;
    // The part of the line and those of the next polynomials, from the series itself.
    const [, line, ...others] = orthonormalPolynomials(count, Math.min(19, count - 1)).map(
      (polynomial) => sum((i) => polynomial[i]! * y[i]!) ** 2,
    );
    const mean = (of: number[]): number => of.reduce((all, energy) => all + energy, 0) / of.length;
    const excess = mean(others.slice(0, 2)) / mean(others.slice(2));
    const slow = Math.sqrt(line! / mean(others)) / (1 + excess);
    near(
      trendStatistic(Float64Array.from(y), count),
      count < 12 ? robust : Math.min(robust, slow),
      `${seed}`,
      1e-6,
    );
    lower.add(robust < slow);
  }
  assert.equal(lower.size, 2, 'each of the two is the lower one of some');
});
