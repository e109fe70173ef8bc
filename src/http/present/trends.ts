import type { ForecastCoverage } from '../../../native-free-core/trend/forecast.js';
import { formatDuration } from '../../time/duration.js';
import { formatTime } from '../../time/format-time.js';
import type { Labels, RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import type { Presenter } from './presenter.js';

export interface TrendsRequest extends RangeRequest {
  kind: 'trends';
  nowMs: number;
  /** Windows that the range is cut into at most, where their length isn't said. */
  points: number;
  /** Length of a window; undefined: by `points`. */
  stepMs: number | undefined;
  /** How far back the averages look. */
  averageMs: number | undefined;
  /** How far the forecast goes; 0: none. */
  horizonMs: number | undefined;
  /** Percent of what comes that the bands of the forecast are to hold. */
  coverage: ForecastCoverage;
  /** The period of the season; undefined: found from the data. */
  periodMs: number | undefined;
  groupBy: string[];
}

/** Foretold points and their bands. */
export interface ForecastPoints {
  timesMs: Float64Array;
  values: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

export interface TrendsResult extends Trend {
  /** As answers name it. */
  dataSource: string;
  /** Whether the line goes through raw points, not through the means of windows. */
  isExact: boolean;
  stepMs: number;
  /** By the labels of `groupBy`; groups without points are left out. */
  groups: readonly (Trend & { labels: Labels })[];
}

/** Where the points of some series go. */
export interface Trend {
  /** Points. */
  count: number;
  /** Windows that have points. */
  windows: number;
  /** Undefined without two different times. */
  line:
    | {
        slopePerMs: number;
        /** At the start of the range. */
        intercept: number;
        rSquared: number;
        /** At the first and at the last point. */
        first: number;
        last: number;
      }
    | undefined;
  /** NaN without two windows. */
  robustSlopePerMs: number;
  isSignificant: boolean;
  /** The sign of the slope that is significant, which is that of the series without its season; 0: none is. */
  direction: number;
  /** 0: none. */
  periodMs: number;
  averageTimesMs: Float64Array;
  average: Float64Array;
  /** NaN without points. */
  ewma: number;
  forecast: ForecastPoints | undefined;
}

/** With fewer windows nothing can be significant, and the direction is that of the line. */
const TESTED_WINDOWS_MIN = 4;

function directionOf({ line, direction, windows }: Trend): 'rising' | 'falling' | 'flat' {
  const sign = windows < TESTED_WINDOWS_MIN ? (line?.slopePerMs ?? 0) : direction;
  if (sign === 0) return 'flat';
  return sign > 0 ? 'rising' : 'falling';
}

function changePercent({ line }: Trend): number | null {
  if (line === undefined || line.first === 0) return null;
  return finite(((line.last - line.first) / Math.abs(line.first)) * 100);
}

const rows = (timesMs: Float64Array, values: Float64Array): { time: string; value: number | null }[] =>
  Array.from(timesMs, (timeMs, i) => ({ time: formatTime(timeMs), value: finite(values[i]!) }));

function figuresOf(trend: Trend): object {
  const { line, forecast } = trend;
  return {
    slope_per_second: line === undefined ? null : finite(line.slopePerMs * 1000),
    robust_slope_per_second: finite(trend.robustSlopePerMs * 1000),
    intercept: line === undefined ? null : finite(line.intercept),
    r_squared: line === undefined ? null : line.rSquared,
    direction: directionOf(trend),
    change_percent: changePercent(trend),
    significant: trend.isSignificant,
    period: trend.periodMs === 0 ? null : formatDuration(trend.periodMs),
    moving_average: rows(trend.averageTimesMs, trend.average),
    ewma: finite(trend.ewma),
    forecast:
      forecast === undefined
        ? []
        : rows(forecast.timesMs, forecast.values).map((row, i) => ({
            ...row,
            low: finite(forecast.low[i]!),
            high: finite(forecast.high[i]!),
          })),
  };
}

export const trendsPresenter: Presenter<TrendsRequest, TrendsResult> = {
  kind: 'trends',
  body: (request, result) => ({
    metric_name: request.metric,
    start: formatTime(request.startMs),
    end: formatTime(request.endMs),
    data_source: result.dataSource,
    exact: result.isExact,
    count: result.count,
    window: formatDuration(result.stepMs),
    coverage: request.coverage,
    ...figuresOf(result),
    ...(request.groupBy.length === 0
      ? {}
      : {
          groups: result.groups.map(({ labels, ...trend }) => ({
            labels,
            count: trend.count,
            ...figuresOf(trend),
          })),
        }),
  }),
};
