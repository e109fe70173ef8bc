import { detectPeriod } from './detect-period.js';
import type { EvenSeries } from './even-grid.js';
import { type Forecast, type ForecastCoverage, forecast } from './forecast.js';
import { habitualPeriods } from './habits.js';
import { smoothingStart } from './smoothing.js';
import { isSteadyCourse } from './steady-course.js';
import { trendStatistic } from './trend-test.js';

/** What an evenly spaced series tells of itself. */
export interface SeriesTrend {
  /** In steps; 0: none. */
  period: number;
  /** Whether it has a trend: its slope is more than chance, at a level of 5 %, or its course is steady. */
  isSignificant: boolean;
  /** The sign of the trend, that is of the slope of what was tested; 0: it is not significant. */
  direction: number;
  /** Undefined where the series is too short, or nothing is asked for. */
  forecast: Forecast | undefined;
}

/** What is asked of a series. */
export interface TrendWish {
  forecastSteps: number;
  /** What the bands of the forecast are to hold. */
  coverage: ForecastCoverage;
  /** The period where it is known, undefined where it is to be found. */
  periodSteps: number | undefined;
}

/** The exponents of powers of two whose inverse is a number, too. */
const EXPONENT_MAX = 1_000;

/** The part of a series that may be invented: more of it, on straight lines through holes, looks like a trend with little noise. */
const INVENTED_MOST = 1 / 3;

export function seriesTrend(
  { values: given, stepMs, invented }: EvenSeries,
  { forecastSteps, coverage, periodSteps }: TrendWish,
): SeriesTrend {
  const count = given.length;
  // Squares of large values would overflow and those of small ones vanish; a power of two changes no digit.
  const scale = scaleOf(given);
  const values = given.map((value) => value / scale);
  const known = periodSteps !== undefined && count >= 2 * periodSteps ? periodSteps : 0;
  const period = periodSteps === undefined ? detectPeriod(values, count, habitualPeriods(stepMs)) : known;
  const rest = withoutSeason(values, period);
  const foretold = forecastSteps > 0 ? forecast(values, count, period, forecastSteps, coverage) : undefined;
  const isSignificant =
    invented <= count * INVENTED_MOST && (trendStatistic(rest, count) > 1 || isSteadyCourse(rest, count));
  return {
    period,
    isSignificant,
    direction: isSignificant ? slopeSign(rest) : 0,
    forecast: foretold && scaled(foretold, scale),
  };
}

/** The power of two at the greatest size. */
function scaleOf(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most === 0 ? 1 : 2 ** Math.max(-EXPONENT_MAX, Math.min(EXPONENT_MAX, Math.floor(Math.log2(most))));
}

function scaled({ values, low, high }: Forecast, scale: number): Forecast {
  const times = (value: number): number => value * scale;
  return { values: values.map(times), low: low.map(times), high: high.map(times) };
}

/** The sign of the slope of least squares. */
function slopeSign(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  let product = 0;
  // About the first value, so that a large level doesn't round a small slope away.
  for (let i = 0; i < values.length; i++) product += (i - middle) * (values[i]! - values[0]!);
  return Math.sign(product);
}

/** A season hides a trend, and its beginning and end look like one. */
function withoutSeason(values: Float64Array, period: number): Float64Array {
  if (period === 0) return values;
  const { season } = smoothingStart(values, values.length, period);
  return values.map((value, i) => value - season[i % period]!);
}
