import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { keptMoment } from '../parameter/kept-moment.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { GROUP_BY, SOURCE_PARAMETER, TRACE } from '../parameter/reading.js';
import { TARGET_IN_PATH } from '../parameter/target.js';
import { statsPresenter } from '../present/stats.js';
import { LABEL_VALUES, NUMBER_OR_NULL } from '../schema/answers.js';
import { PERCENTILES } from '../schema/vocabulary.js';

const STATISTICS = {
  mean: NUMBER_OR_NULL,
  p50: NUMBER_OR_NULL,
  p90: NUMBER_OR_NULL,
  p95: NUMBER_OR_NULL,
  p99: NUMBER_OR_NULL,
  min: NUMBER_OR_NULL,
  max: NUMBER_OR_NULL,
  count: z.int(),
  sum: NUMBER_OR_NULL,
  stddev: NUMBER_OR_NULL,
  median: NUMBER_OR_NULL,
};

export const statsCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/stats/{metric}',
  group: 'Reading',
  summary: 'Statistics of a metric over a range',
  description:
    'Of all points of the series that match; exact where raw points are kept of the whole range, else percentiles are within 0.5 %. Without any point, `count` and `sum` are 0 and the rest null. `group_by` adds `groups`.',
  parameters: {
    target: TARGET_IN_PATH,
    range: RANGE,
    percentiles: queryParameter('percentiles', PERCENTILES.optional()),
    groupBy: GROUP_BY,
    source: SOURCE_PARAMETER,
    trace: TRACE,
  },
  presenter: statsPresenter,
  answer: {
    schema: z
      .object({ ...STATISTICS, data_source: z.string(), exact: z.boolean() })
      .extend({
        groups: z
          .array(z.object({ labels: LABEL_VALUES, ...STATISTICS }).catchall(NUMBER_OR_NULL))
          .optional(),
      })
      .catchall(NUMBER_OR_NULL),
    example: {
      mean: 2.5,
      p50: 2,
      p90: 4,
      p95: 4,
      p99: 4,
      min: 1,
      max: 4,
      count: 4,
      sum: 10,
      stddev: 1.118033988749895,
      median: 2,
      data_source: 'metrics',
      exact: true,
    },
  },
  request: ({ values, nowMs }) => ({
    ...values.target,
    ...values.range,
    nowMs: keptMoment(nowMs),
    percentiles: values.percentiles ?? [],
    groupBy: values.groupBy ?? [],
    source: values.source,
    isTraced: values.trace ?? false,
  }),
});
