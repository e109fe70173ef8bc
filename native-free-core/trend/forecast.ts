import { type Fitted, fitSmoothing } from './fit-smoothing.js';
import { type Smoothed, type SmoothingStart, type SmoothingWeights, smooth } from './smoothing.js';

/** What comes after a series, step by step, with bands that hold a part of it. */
export interface Forecast {
  values: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

/** Points that a band wants; with fewer there is no forecast. */
const COUNT_MIN = 8;

/** Percents of what comes that bands can be asked to hold, */
export const FORECAST_COVERAGES = [50, 80, 90, 95, 99] as const;
export type ForecastCoverage = (typeof FORECAST_COVERAGES)[number];

/** and within how many deviations a normal distribution has as many. */
const NORMAL_TAILS: Readonly<Record<ForecastCoverage, number>> = {
  50: 0.67449,
  80: 1.281552,
  90: 1.644854,
  95: 1.959964,
  99: 2.575829,
};

/** What fitting to a series costs in points, besides one for each phase of a season; by the simulation of this file's test. */
const TAKEN = 6;

/** How much likelier (twice the logarithm) the logarithms of a series must be than the series, for it to be foretold by them. */
const GAIN_LOGARITHMS = 10;

/**
 * Foretells `steps` points behind an evenly spaced series with a season of `period` steps (0: none): exponential smoothing with a damped trend,
 * a model and weights that fit the series; by its logarithms where these fit better (as G. Box and D. Cox decide, "An analysis of
 * transformations", Journal of the Royal Statistical Society B 26, 1964), which gives seasons and noise that grow with the level. The half width of the
 * band at step h is the larger of two: what the model says
 * (Hyndman et al. 2008, table 6.2), and what the same model would have missed h steps ahead from every earlier point of the series;
 * neither shrinks as h grows. Undefined for a series too short to say anything.
 */
// Five arguments: a series, its season, and what is asked of it.
export function forecast(
  y: Float64Array,
  count: number,
  period: number,
  steps: number,
  coverage: ForecastCoverage,
): Forecast | undefined {
  if (count < Math.max(COUNT_MIN, 2 * period)) return undefined;
  const wish = { steps, coverage };
  const fitted = fitSmoothing(y, count, period);
  const logarithms = Float64Array.from({ length: count }, (_, i) => Math.log(y[i]!));
  if (!logarithms.every(Number.isFinite)) return foretell(y, count, fitted, wish);
  const byLogarithms = fitSmoothing(logarithms, count, period);
  const { skipped } = fitted.start;
  let jacobian = 0;
  for (let i = skipped; i < count; i++) jacobian += 2 * logarithms[i]!;
  const gain = (count - skipped) * Math.log(fitted.meanSquare / byLogarithms.meanSquare) - jacobian;
  if (!(gain > GAIN_LOGARITHMS)) return foretell(y, count, fitted, wish);
  const { values, low, high } = foretell(logarithms, count, byLogarithms, wish);
  return { values: values.map(Math.exp), low: low.map(Math.exp), high: high.map(Math.exp) };
}

interface Wish {
  steps: number;
  coverage: ForecastCoverage;
}

function foretell(y: Float64Array, count: number, { start, weights }: Fitted, wish: Wish): Forecast {
  const { steps, coverage } = wish;
  const period = start.season.length;
  const missed = new Float64Array(steps);
  const counts = new Float64Array(steps);
  const oneStep: number[] = [];
  const smoothed = smooth(y, count, start, weights, (i, { level, trend, season, distance }) => {
    if (i < start.skipped) return;
    let grown = 0;
    let damped = 1;
    let carried = distance;
    for (let h = 1; h <= steps && i + h < count; h++) {
      damped *= weights.damping;
      grown += damped;
      carried *= weights.carry;
      const ahead = level + grown * trend + carried;
      const error = y[i + h]! - ahead - (period === 0 ? 0 : season[(i + h) % period]!);
      missed[h - 1] = missed[h - 1]! + error * error;
      counts[h - 1] = counts[h - 1]! + 1;
      if (h === 1) oneStep.push(Math.abs(error));
    }
  });
  const tail = tailOf(oneStep, Math.sqrt(smoothed.meanSquare), coverage);
  return bands(smoothed, { weights, missed, counts, tail, start, count, steps });
}

/** Independent errors that weigh as much as what the model says. */
const ERRORS_TRUSTED = 5;

/**
 * What the square of an error h steps ahead is expected to be: what the model says, and what it would have missed before, by how
 * many errors of those stretches don't overlap.
 */
function expectedSquare(modelled: number, missed: number, count: number, h: number): number {
  if (count === 0) return modelled;
  const weight = count / h / (count / h + ERRORS_TRUSTED);
  return weight * (missed / count) + (1 - weight) * Math.max(modelled, missed / count);
}

interface Banded {
  weights: SmoothingWeights;
  missed: Float64Array;
  counts: Float64Array;
  tail: number;
  start: SmoothingStart;
  count: number;
  steps: number;
}

/** How many deviations hold so many of the errors: that of a normal distribution, or more where the errors have longer tails. */
function tailOf(errors: number[], deviation: number, coverage: ForecastCoverage): number {
  const normal = NORMAL_TAILS[coverage];
  if (!(deviation > 0) || errors.length === 0) return normal;
  errors.sort((a, b) => a - b);
  return Math.max(normal, errors[Math.floor((errors.length - 1) * (coverage / 100))]! / deviation);
}

function bands({ level, trend, season, distance, meanSquare }: Smoothed, of: Banded): Forecast {
  const { weights, missed, counts, tail, count, steps } = of;
  const result = {
    values: new Float64Array(steps),
    low: new Float64Array(steps),
    high: new Float64Array(steps),
  };
  // The weights and the start were taken from the same points, which makes errors look smaller than they are.
  const taken = (count + TAKEN) / Math.max(1, count - TAKEN - season.length);
  let grown = 0;
  let damped = 1;
  let left = 1;
  let growth = 1;
  let square = 0;
  for (let h = 1; h <= steps; h++) {
    damped *= weights.damping;
    grown += damped;
    left *= weights.carry;
    const value =
      level +
      grown * trend +
      left * distance +
      (season.length === 0 ? 0 : season[(count + h - 1) % season.length]!);
    square = Math.max(square, expectedSquare(growth * meanSquare, missed[h - 1]!, counts[h - 1]!, h));
    const half = tail * Math.sqrt(square * taken);
    result.values[h - 1] = value;
    result.low[h - 1] = value - half;
    result.high[h - 1] = value + half;
    const shift =
      left +
      weights.level +
      weights.trend * grown +
      (season.length > 0 && h % season.length === 0 ? weights.season : 0);
    growth += shift * shift;
  }
  return result;
}
