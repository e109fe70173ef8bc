import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { CHART_POINTS_DEFAULT, CHART_POINTS_MAX } from '../limits.js';
import { keptMoment } from '../parameter/kept-moment.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY, SOURCE_PARAMETER, TRACE } from '../parameter/reading.js';
import { TARGET_IN_PATH } from '../parameter/target.js';
import { chartPresenter } from '../present/chart.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { whole } from '../schema/vocabulary.js';
import { AGGREGATION } from '../schema/windows.js';

const POINTS = whole({ min: 1, max: CHART_POINTS_MAX })
  .optional()
  .meta({
    description: `Points of a line at most; ${CHART_POINTS_DEFAULT} by default.`,
    examples: [800],
  });

const THINNING = z
  .enum(['lttb', 'minmax', 'none'], { error: 'one of lttb, minmax, none' })
  .optional()
  .meta({
    description:
      'How a line with more points is thinned: by LTTB (the default), to the least and greatest value of each pixel, or not.',
    examples: ['minmax'],
  });

const MEAN = { name: 'mean', kind: 'mean', percent: 0 } as const;

/** GET /api/metrics/{metric} */
export const chartCall = defineQueryCall({
  method: 'GET',
  path: '/api/metrics/{metric}',
  group: 'Reading',
  summary: 'A line for a chart',
  description:
    'Points as they came up to an hour, 1 m windows up to 24 hours, 1 h windows up to 7 days, daily ones beyond. Several series are one line by `aggregation`, or a line for each value of `group_by`.',
  parameters: {
    target: TARGET_IN_PATH,
    range: RANGE,
    points: queryParameter('points', POINTS),
    thinning: queryParameter('thin', THINNING),
    aggregation: queryParameter('aggregation', AGGREGATION.optional()),
    groupBy: GROUP_BY,
    source: SOURCE_PARAMETER,
    trace: TRACE,
  },
  presenter: chartPresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string(),
      start: TIMESTAMP,
      end: TIMESTAMP,
      host: z.string().nullable(),
      points_requested: z.int(),
      points_returned: z.int(),
      data_source: z.string(),
      series: z.int().meta({ description: 'Series that the lines were made of.' }),
      window: z.string().optional(),
      aggregation: z.string().optional(),
      data: z.array(z.object({ time: TIMESTAMP, value: NUMBER_OR_NULL, labels: LABEL_VALUES.optional() })),
    }),
    example: {
      metric_name: 'cpu_usage',
      start: '2024-01-01T00:00:00Z',
      end: '2024-01-01T01:00:00Z',
      host: 'server-01',
      points_requested: 800,
      points_returned: 1,
      data_source: 'metrics',
      series: 1,
      data: [{ time: '2024-01-01T00:00:00Z', value: 23.5 }],
    },
  },
  request: ({ values, nowMs }) => ({
    ...values.target,
    ...values.range,
    nowMs: keptMoment(nowMs),
    host: values.target.selectors.find(({ label, op }) => label === 'host' && op === '=')?.value ?? null,
    points: values.points ?? CHART_POINTS_DEFAULT,
    thinning: values.thinning ?? 'lttb',
    aggregation: values.aggregation ?? MEAN,
    groupBy: values.groupBy ?? [],
    source: values.source,
    isTraced: values.trace ?? false,
  }),
});
