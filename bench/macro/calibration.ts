import { parseArgs } from 'node:util';
import { detectPeriod } from '../../native-free-core/trend/detect-period.js';
import { type ForecastCoverage, forecast } from '../../native-free-core/trend/forecast.js';
import { seriesTrend } from '../../native-free-core/trend/series-trend.js';
import { momentsOf } from '../../src/query/moments.js';
import { SeriesBaseline } from '../../src/query/series-baseline.js';
import {
  autoregressive,
  longTailed,
  type SeriesMaker,
  seasonal,
  walkUnderNoise,
} from './calibration-series.js';
import { machineLine } from './machine.js';

/**
 * Whether the statistics keep what they promise, by simulation over series that are known: how many series without a trend are called significant (5 % are
 * promised), how many with one are found, how much of what comes lies in the bands of forecasts, and how many clean points and
 * spikes of eight deviations each method calls strange at a threshold of 3 (0.27 % of normal values lie as far out).
 *
 *   node dist/bench/macro/calibration.js [--runs 500] [--smoke]
 */
const { values: flags } = parseArgs({
  options: { runs: { type: 'string', default: '500' }, smoke: { type: 'boolean', default: false } },
});
const runs = flags.smoke ? 3 : Number(flags.runs);

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

/** The part of many seeds for which something holds, or the mean of what it gives. */
function meanOf(count: number, of: (seed: number) => number): number {
  let sum = 0;
  for (let seed = 0; seed < runs; seed++) sum += of(seed * 7_919 + count);
  return sum / runs;
}

function significant(make: SeriesMaker, count: number): number {
  const wish = { forecastSteps: 0, coverage: 95, periodSteps: undefined } as const;
  return meanOf(count, (seed) => {
    const values = make(count, seed);
    return seriesTrend({ startMs: 0, stepMs: MINUTE_MS, invented: 0, values }, wish).isSignificant ? 1 : 0;
  });
}

/** A rise over the whole series, in deviations of the innovations. */
const rising =
  (make: SeriesMaker, rise: number): SeriesMaker =>
  (count, seed) =>
    make(count, seed).map((value, i) => value + (rise * i) / count);

function trends(): void {
  const noises: [string, SeriesMaker][] = [0, 0.3, 0.6, 0.9, 0.95, 1].map((rho) => [
    `rho ${rho}`,
    autoregressive(rho),
  ]);
  noises.push(['walk of 0.1 under noise', walkUnderNoise(0.1)]);
  const lengths = [20, 50, 120, 300, 1_000];
  console.log(`called significant without a trend, ${lengths.join(', ')} windows`);
  for (const [name, make] of noises) {
    console.log(`  ${name}: ${lengths.map((count) => percent(significant(make, count))).join(', ')}`);
  }
  const real: [string, SeriesMaker][] = [
    ['rho 0, a rise of 1', rising(autoregressive(0), 1)],
    ['rho 0.6, a rise of 4', rising(autoregressive(0.6), 4)],
    ['rho 0.9, a rise of 20', rising(autoregressive(0.9), 20)],
    ['a curve (i / n)², rho 0.3, a hundredth of noise', curve(0.01)],
  ];
  console.log('found, 50, 120, 300 windows');
  for (const [name, make] of real) {
    console.log(`  ${name}: ${[50, 120, 300].map((count) => percent(significant(make, count))).join(', ')}`);
  }
}

const curve =
  (noise: number): SeriesMaker =>
  (count, seed) =>
    autoregressive(0.3)(count, seed).map((value, i) => noise * value + (i / count) ** 2);

function held(make: SeriesMaker, count: number, coverage: ForecastCoverage): number {
  const steps = count >> 2;
  return meanOf(count, (seed) => {
    const all = make(count + steps, seed);
    const period = detectPeriod(all, count, [24]);
    const bands = forecast(all, count, period, steps, coverage);
    if (bands === undefined) return 0;
    let inside = 0;
    for (let h = 0; h < steps; h++) {
      if (all[count + h]! >= bands.low[h]! && all[count + h]! <= bands.high[h]!) inside++;
    }
    return inside / steps;
  });
}

function forecasts(): void {
  const kinds: [string, SeriesMaker][] = [
    ['rho 0', autoregressive(0)],
    ['rho 0.5', autoregressive(0.5)],
    ['rho 0.9', autoregressive(0.9)],
    ['walk', autoregressive(1)],
    ['walk of 0.2 under noise', walkUnderNoise(0.2)],
    ['season of 24, rho 0.7, a line', rising(seasonal(24, 0.7), 5)],
  ];
  console.log('held by bands of 80 and 95 %, a quarter as far ahead, 20, 40, 120, 300 points');
  for (const [name, make] of kinds) {
    const cells = [20, 40, 120, 300].map(
      (count) => `${percent(held(make, count, 80))} / ${percent(held(make, count, 95))}`,
    );
    console.log(`  ${name}: ${cells.join(', ')}`);
  }
}

const baseline = new SeriesBaseline();

const METHODS = ['zscore', 'rolling_zscore', 'mad', 'seasonal', 'spikes', 'novelty'] as const;

function judge(method: (typeof METHODS)[number], values: Float64Array): Float64Array {
  const count = values.length;
  const times = values.map((_, i) => i * MINUTE_MS);
  const moments = momentsOf(values, count);
  if (method === 'zscore') baseline.zScores(values, count, moments);
  else if (method === 'rolling_zscore')
    baseline.rolling(times, values, count, moments, (count * MINUTE_MS) / 10);
  else if (method === 'mad') baseline.medians(values, count);
  else if (method === 'seasonal') baseline.seasonal(times, values, count, undefined);
  else baseline.streaming(times, values, count, method);
  return baseline.score.slice(0, count);
}

function anomalies(): void {
  const kinds: [string, SeriesMaker][] = [
    ['rho 0', autoregressive(0)],
    ['rho 0.9', autoregressive(0.9)],
    ['season of 60', seasonal(HOUR_MS / MINUTE_MS, 0)],
    ["Student's t of 3 degrees", longTailed],
  ];
  for (const count of [60, 240, 1_440]) {
    console.log(`called strange of clean points / spikes found, ${count} points`);
    for (const [name, make] of kinds) {
      const cells = METHODS.map((method) => {
        const clean = meanOf(count, (seed) => judge(method, make(count, seed)).filter((s) => s >= 3).length);
        const found = meanOf(count, (seed) => {
          const values = make(count, seed);
          const at = Math.floor(count * 0.75) + (seed % 10);
          values[at] = values[at]! + 8;
          return judge(method, values)[at]! >= 3 ? 1 : 0;
        });
        return `${method} ${((100 * clean) / count).toFixed(2)} % / ${(100 * found).toFixed(0)} %`;
      });
      console.log(`  ${name}: ${cells.join(', ')}`);
    }
  }
}

console.log(`${machineLine()} · ${runs} series each`);
trends();
forecasts();
anomalies();
