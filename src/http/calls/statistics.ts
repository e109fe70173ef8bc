import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { HISTOGRAM_BUCKETS_MAX } from '../limits.js';
import { keptMoment } from '../parameter/kept-moment.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY, TRACE } from '../parameter/reading.js';
import { TARGET } from '../parameter/target.js';
import { STATISTICS_PERCENTILES, statisticsPresenter } from '../present/statistics.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { PERCENTILES, whole } from '../schema/vocabulary.js';

const BUCKETS = whole({ min: 1, max: HISTOGRAM_BUCKETS_MAX })
  .optional()
  .meta({
    description:
      'Buckets of the histogram, of equal width from min to max. By default their width reads well and goes by the spread of the values.',
    examples: [20],
  });

const STATISTICS = z.object({
  count: z.int(),
  series: z.int().meta({ description: 'Series with points in the range.' }),
  sum: NUMBER_OR_NULL,
  mean: NUMBER_OR_NULL,
  median: NUMBER_OR_NULL,
  min: NUMBER_OR_NULL,
  max: NUMBER_OR_NULL,
  range: NUMBER_OR_NULL,
  variance: NUMBER_OR_NULL.meta({ description: "The population's." }),
  stddev: NUMBER_OR_NULL.meta({ description: "The population's." }),
  skewness: NUMBER_OR_NULL.meta({ description: "The population's, m3 / m2^1.5; null without spread." }),
  kurtosis: NUMBER_OR_NULL.meta({
    description: "The population's excess, m4 / m2² - 3; null without spread.",
  }),
  cv: NUMBER_OR_NULL.meta({ description: 'stddev / |mean|; null where the mean is 0.' }),
  iqr: NUMBER_OR_NULL.meta({ description: 'p75 - p25.' }),
  first: NUMBER_OR_NULL,
  first_time: TIMESTAMP.nullable(),
  last: NUMBER_OR_NULL,
  last_time: TIMESTAMP.nullable(),
  change: NUMBER_OR_NULL.meta({ description: 'Last less first value of each series, summed.' }),
  rate_of_change: NUMBER_OR_NULL.meta({
    description: 'A second and series: the change over the time between first and last points.',
  }),
  percentiles: z.record(z.string(), NUMBER_OR_NULL),
  histogram: z
    .array(z.object({ from: z.number(), to: z.number(), count: z.int() }))
    .meta({ description: 'Buckets [from, to); the last one holds its upper edge too.' }),
});

/** GET /api/v1/statistics/calculate */
export const statisticsCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/statistics/calculate',
  group: 'Reading',
  summary: 'Every statistic of a metric over a range',
  description:
    'Of all points of the series that match, and with `group_by` also of each group. Without any point, `count` and `sum` are 0 and the rest null.',
  parameters: {
    target: TARGET,
    range: RANGE,
    percentiles: queryParameter('percentiles', PERCENTILES.optional()),
    buckets: queryParameter('buckets', BUCKETS),
    groupBy: GROUP_BY,
    trace: TRACE,
  },
  presenter: statisticsPresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string(),
      start: TIMESTAMP,
      end: TIMESTAMP,
      data_source: z.string(),
      exact: z.boolean().meta({
        description:
          'False where raw points are not kept any more: percentiles, skewness, kurtosis and the histogram are then within the error of sketches.',
      }),
      ...STATISTICS.shape,
      groups: z.array(z.object({ labels: LABEL_VALUES, ...STATISTICS.shape })).optional(),
    }),
    example: {
      metric_name: 'cpu_usage',
      start: '2024-01-01T00:00:00Z',
      end: '2024-01-01T01:00:00Z',
      data_source: 'metrics',
      exact: true,
      count: 4,
      series: 1,
      sum: 10,
      mean: 2.5,
      median: 2,
      min: 1,
      max: 4,
      range: 3,
      variance: 1.25,
      stddev: 1.118033988749895,
      skewness: 0,
      kurtosis: -1.36,
      cv: 0.447213595499958,
      iqr: 2,
      first: 1,
      first_time: '2024-01-01T00:00:00Z',
      last: 4,
      last_time: '2024-01-01T00:30:00Z',
      change: 3,
      rate_of_change: 0.0016666666666666668,
      percentiles: { p25: 1, p50: 2, p75: 3, p99: 4 },
      histogram: [
        { from: 0, to: 2.5, count: 2 },
        { from: 2.5, to: 5, count: 2 },
      ],
    },
  },
  request: ({ values, nowMs }) => ({
    ...values.target,
    ...values.range,
    nowMs: keptMoment(nowMs),
    percentiles: [...new Set([...STATISTICS_PERCENTILES, ...(values.percentiles ?? [])])].sort(
      (a, b) => a - b,
    ),
    buckets: values.buckets,
    groupBy: values.groupBy ?? [],
    isTraced: values.trace ?? false,
  }),
});
