import { z } from 'zod';
import { FORECAST_COVERAGES, type ForecastCoverage } from '../../../native-free-core/trend/forecast.js';
import { formatDuration } from '../../time/duration.js';
import { defineQueryCall } from '../call/query-call.js';
import { TREND_POINTS_DEFAULT, TREND_POINTS_MAX, WINDOW_MS_MAX } from '../limits.js';
import { keptMoment } from '../parameter/kept-moment.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY, TRACE } from '../parameter/reading.js';
import { TARGET_IN_PATH } from '../parameter/target.js';
import { trendsPresenter } from '../present/trends.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { duration, whole } from '../schema/vocabulary.js';
import { windowOf } from '../schema/windows.js';

const POINTS = whole({ min: 4, max: TREND_POINTS_MAX }).default(TREND_POINTS_DEFAULT).meta({
  description: 'Windows that the range is cut into at most, where `window` does not say how long they are.',
});

const HORIZON = duration({
  minMs: 0,
  maxMs: WINDOW_MS_MAX,
  boundsText: `from 0s to ${formatDuration(WINDOW_MS_MAX)}`,
  example: '30m',
})
  .optional()
  .meta({ description: 'How far the forecast goes; 0s for none. By default a quarter of the range.' });

const COVERAGE = z
  .enum(FORECAST_COVERAGES.map(String), { error: `one of ${FORECAST_COVERAGES.join(', ')}` })
  .default('95')
  .meta({ description: 'Percent of what comes that the bands of the forecast are to hold.' });

const POINT = z.object({ time: TIMESTAMP, value: NUMBER_OR_NULL });

const FIGURES = {
  slope_per_second: NUMBER_OR_NULL,
  robust_slope_per_second: NUMBER_OR_NULL.meta({
    description: 'The median slope of all pairs of windows (Theil and Sen): what spikes do not move.',
  }),
  intercept: NUMBER_OR_NULL.meta({ description: 'Of the line at `start`.' }),
  r_squared: NUMBER_OR_NULL,
  direction: z.enum(['rising', 'falling', 'flat']).meta({ description: 'Flat where not significant.' }),
  change_percent: NUMBER_OR_NULL.meta({ description: 'Of the line, from the first to the last point.' }),
  significant: z.boolean(),
  period: z.string().nullable(),
  moving_average: z.array(POINT),
  ewma: NUMBER_OR_NULL,
  forecast: z.array(POINT.extend({ low: NUMBER_OR_NULL, high: NUMBER_OR_NULL })),
};

/** GET /api/v1/metrics/trends/{metric} */
export const trendsCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/metrics/trends/{metric}',
  group: 'Reading',
  summary: 'Where a metric goes, and whether that is more than chance',
  description:
    'The line of least squares through all points, a test of its slope at 5 % that holds for autocorrelated noise, the season, averages, and a forecast with bands that hold 95 % of what comes, or `coverage`. `group_by` adds `groups`, each with a trend of its own.',
  parameters: {
    target: TARGET_IN_PATH,
    range: RANGE,
    points: queryParameter('points', POINTS),
    window: queryParameter(
      'window',
      windowOf('1m').optional().meta({ description: 'Length of the windows that are looked at.' }),
    ),
    rolling: queryParameter(
      'rolling',
      windowOf('10m').optional().meta({
        description: 'How far back the averages look. By default a tenth of the windows.',
      }),
    ),
    horizon: queryParameter('horizon', HORIZON),
    coverage: queryParameter('coverage', COVERAGE),
    period: queryParameter(
      'period',
      windowOf('1d')
        .optional()
        .meta({ description: 'Period of the season; found from the data by default.' }),
    ),
    groupBy: GROUP_BY,
    trace: TRACE,
  },
  presenter: trendsPresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string(),
      start: TIMESTAMP,
      end: TIMESTAMP,
      data_source: z.string(),
      exact: z.boolean().meta({ description: 'Whether the line goes through raw points.' }),
      count: z.int(),
      window: z.string(),
      coverage: z.int().meta({ description: 'Percent of what comes that `low` to `high` is to hold.' }),
      ...FIGURES,
      groups: z.array(z.object({ labels: LABEL_VALUES, count: z.int(), ...FIGURES })).optional(),
    }),
    example: {
      metric_name: 'cpu_usage',
      start: '2024-01-01T00:00:00Z',
      end: '2024-01-01T01:00:00Z',
      data_source: 'metrics',
      exact: true,
      count: 360,
      window: '30s',
      coverage: 95,
      slope_per_second: 0.002,
      robust_slope_per_second: 0.002,
      intercept: 23.5,
      r_squared: 0.81,
      direction: 'rising',
      change_percent: 30.6,
      significant: true,
      period: null,
      moving_average: [{ time: '2024-01-01T00:00:00Z', value: 23.5 }],
      ewma: 29.8,
      forecast: [{ time: '2024-01-01T01:00:00Z', value: 30.7, low: 28.1, high: 33.3 }],
    },
  },
  request: ({ values, nowMs }) => ({
    ...values.target,
    ...values.range,
    nowMs: keptMoment(nowMs),
    points: values.points,
    stepMs: values.window?.ms,
    averageMs: values.rolling?.ms,
    horizonMs: values.horizon?.ms,
    coverage: Number(values.coverage) as ForecastCoverage,
    periodMs: values.period?.ms,
    groupBy: values.groupBy ?? [],
    isTraced: values.trace ?? false,
  }),
});
