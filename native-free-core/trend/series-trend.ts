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

export function seriesTrend(
  { values, stepMs }: EvenSeries,
  { forecastSteps, coverage, periodSteps }: TrendWish,
): SeriesTrend {
  const count = values.length;
  const known = periodSteps !== undefined && count >= 2 * periodSteps ? periodSteps : 0;
  const period = periodSteps === undefined ? detectPeriod(values, count, habitualPeriods(stepMs)) : known;
  const rest = withoutSeason(values, period);
  return {
    period,
    isSignificant: trendStatistic(rest, count) > 1 || isSteadyCourse(rest, count),
    forecast: forecastSteps > 0 ? forecast(values, count, period, forecastSteps, coverage) : undefined,
  };
}

/** A season hides a trend, and its beginning and end look like one. */
function withoutSeason(values: Float64Array, period: number): Float64Array {
  if (period === 0) return values;
  const { season } = smoothingStart(values, values.length, period);
  return values.map((value, i) => value - season[i % period]!);
}
