import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { TARGET_IN_PATH } from '../parameter/target.js';
import { statsPresenter } from '../present/stats.js';
import { NUMBER_OR_NULL } from '../schema/answers.js';
import { PERCENTILES } from '../schema/vocabulary.js';

export const statsCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/stats/{metric}',
  group: 'Reading',
  summary: 'Statistics of a metric over a range',
  description:
    'Of all points of the series that match. Without any point, `count` and `sum` are 0 and the rest null.',
  parameters: {
    target: TARGET_IN_PATH,
    range: RANGE,
    percentiles: queryParameter('percentiles', PERCENTILES.optional()),
  },
  presenter: statsPresenter,
  answer: {
    schema: z
      .object({
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
    },
  },
  request: ({ values }) => ({
    ...values.target,
    ...values.range,
    percentiles: values.percentiles ?? [],
  }),
});
