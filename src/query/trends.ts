import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { niceStepMs } from '../../native-free-core/query/nice-step.js';
import { planSources } from '../../native-free-core/query/plan-sources.js';
import { windowShape } from '../../native-free-core/query/window-shape.js';
import { evenSeries } from '../../native-free-core/trend/even-grid.js';
import { exponentialAverage, movingAverageInto } from '../../native-free-core/trend/moving-average.js';
import { robustSlope } from '../../native-free-core/trend/robust-slope.js';
import { seriesTrend } from '../../native-free-core/trend/series-trend.js';
import {
  type ForecastPoints,
  type Trend,
  type TrendsRequest,
  type TrendsResult,
  trendsPresenter,
} from '../http/present/trends.js';
import { FORECAST_POINTS_MAX, TREND_RAW_RANGE_MS_MAX, TREND_WINDOWS_MAX } from './limits.js';
import { notKept } from './not-kept.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { SeriesExtent } from './series-extent.js';
import { checkGroups, type StopCheck, tooBig } from './stop-check.js';
import { GroupedTrendWindows, type TrendWindows } from './trend-windows.js';

/** Part of the range that an average looks back where it isn't said, and part that is foretold. */
const AVERAGE_PART = 10;
const FORECAST_PART = 4;

function trendsOf(tools: QueryTools, request: TrendsRequest, stop: StopCheck): TrendsResult {
  const { metric, startMs, endMs, nowMs } = request;
  const selection = tools.select(metric, request.selectors);
  stop.cost.series += selection.count;
  const extent = new SeriesExtent(selection, tools.lines, stop);
  // To whole seconds, of which every window consists.
  const range = extent.clip({ startMs, endMs }, 1_000);
  const stepMs = request.stepMs ?? niceStepMs(Math.max(1, range.endMs - range.startMs), request.points);
  const shape = windowShape(range.startMs, range.endMs, stepMs, 1);
  if (shape.count > TREND_WINDOWS_MAX) {
    throw tooBig(
      `has ${shape.count} windows, more than ${TREND_WINDOWS_MAX}`,
      'Ask for a longer window (window=) or a shorter range (start, end).',
    );
  }
  const plan = planSources({
    ...range,
    stepMs,
    prefersRaw: range.endMs - range.startMs <= TREND_RAW_RANGE_MS_MAX,
    needsRaw: false,
    wanted: undefined,
    horizonMs: tools.horizons(metric, nowMs),
  });
  if (plan.gap !== undefined) throw notKept(plan.gap, { stepMs });
  stop.trace.addParts(plan.parts);
  stop.trace.spent('plan');
  const groups = selection.groupsBy(request.groupBy, stop);
  checkGroups(groups.count, stop, Math.max(1, shape.count));
  const windows = new GroupedTrendWindows(shape, groups);
  tools.points.scanParts(selection, plan.parts, windows, stop);
  stop.trace.spent('scan');
  const describe = (own: TrendWindows): Trend => {
    stop.check();
    return trendOf(own, stepMs, request);
  };
  return {
    dataSource: DATA_SOURCES[plan.main],
    isExact: plan.parts.every(({ tier }) => tier === 'raw'),
    stepMs,
    ...describe(windows.all),
    groups: windows.groups.flatMap((own, group) =>
      own.line.count === 0 ? [] : [{ labels: groups.labels[group]!, ...describe(own) }],
    ),
  };
}

function trendOf(windows: TrendWindows, stepMs: number, request: TrendsRequest): Trend {
  const { times, values, count } = windows.filled();
  const { startMs, endMs } = request;
  const even = evenSeries(times, values, count, stepMs);
  const horizonMs = request.horizonMs ?? (endMs - startMs) / FORECAST_PART;
  const steps = Math.min(FORECAST_POINTS_MAX, Math.floor(horizonMs / even.stepMs));
  const forecastSteps = count === 0 ? 0 : steps;
  const periodSteps = request.periodMs === undefined ? undefined : Math.round(request.periodMs / even.stepMs);
  const trend = seriesTrend(even, { forecastSteps, coverage: request.coverage, periodSteps });
  const averageMs = request.averageMs ?? stepMs * Math.max(2, Math.round(count / AVERAGE_PART));
  const average = new Float64Array(count);
  movingAverageInto(times, values, count, averageMs, average);
  const atStart = windows.line.line(windows.firstTimeMs);
  return {
    count: windows.line.count,
    windows: count,
    line: atStart && {
      slopePerMs: atStart.slope,
      intercept: windows.line.line(startMs)!.value,
      rSquared: atStart.rSquared,
      first: atStart.value,
      last: windows.line.line(windows.lastTimeMs)!.value,
    },
    robustSlopePerMs: robustSlope(times, values, count),
    isSignificant: trend.isSignificant,
    direction: trend.direction,
    periodMs: trend.period * even.stepMs,
    averageTimesMs: times.subarray(0, count),
    average,
    ewma: exponentialAverage(values, count, Math.max(1, averageMs / stepMs)),
    forecast: trend.forecast && forecastPoints(trend.forecast, even),
  };
}

function forecastPoints(
  found: Omit<ForecastPoints, 'timesMs'>,
  { startMs, stepMs, values }: { startMs: number; stepMs: number; values: Float64Array },
): ForecastPoints {
  const timesMs = found.values.map((_, h) => startMs + (values.length + h) * stepMs);
  return { ...found, timesMs };
}

/** GET /api/v1/metrics/trends/{metric} */
export const trendsQuestion = defineQuestion(
  trendsPresenter,
  (tools) => (request, stop) => trendsOf(tools, request, stop),
);
