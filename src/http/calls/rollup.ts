import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { queryParameter } from '../parameter/parameter.js';
import { RANGE } from '../parameter/range.js';
import { FILL_PARAMETER, GROUP_BY, SOURCE_PARAMETER, TRACE } from '../parameter/reading.js';
import { TARGET } from '../parameter/target.js';
import { windowedRequest } from '../parameter/windowed.js';
import { ROLLUP_AGGREGATIONS, rollupPresenter } from '../present/rollup.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { windowOf } from '../schema/windows.js';

const WINDOW_DEFAULT = { ms: 300_000, text: '5m' };

/** GET /query/rollup */
export const rollupCall = defineQueryCall({
  method: 'GET',
  path: '/query/rollup',
  group: 'Reading',
  summary: 'Windows of any length with all that rollups know',
  description:
    'Windows are aligned to the epoch in UTC; a row has the start of its window. Read from the coarsest tier that divides the window.',
  parameters: {
    target: TARGET,
    range: RANGE,
    window: queryParameter('window', windowOf('5m').optional()),
    groupBy: GROUP_BY,
    fill: FILL_PARAMETER,
    source: SOURCE_PARAMETER,
    trace: TRACE,
  },
  presenter: rollupPresenter,
  answer: {
    schema: z.looseObject({
      metric_name: z.string(),
      window: z.string(),
      count: z.int(),
      data_source: z.string(),
      data: z.array(
        z.object({
          timestamp: TIMESTAMP,
          count: z.int().nullable(),
          sum: NUMBER_OR_NULL,
          avg: NUMBER_OR_NULL,
          min: NUMBER_OR_NULL,
          max: NUMBER_OR_NULL,
          first: NUMBER_OR_NULL,
          last: NUMBER_OR_NULL,
          stddev: NUMBER_OR_NULL,
          p50: NUMBER_OR_NULL,
          p90: NUMBER_OR_NULL,
          p95: NUMBER_OR_NULL,
          p99: NUMBER_OR_NULL,
          labels: LABEL_VALUES.optional(),
        }),
      ),
    }),
    example: {
      metric_name: 'cpu_usage',
      window: '5m',
      count: 1,
      data_source: 'metrics_5min',
      data: [
        {
          timestamp: '2024-01-01T00:00:00Z',
          count: 4,
          sum: 10,
          avg: 2.5,
          min: 1,
          max: 4,
          first: 1,
          last: 4,
          stddev: 1.118033988749895,
          p50: 2,
          p90: 4,
          p95: 4,
          p99: 4,
        },
      ],
    },
  },
  request: ({ values, nowMs }) => ({
    ...windowedRequest(values, WINDOW_DEFAULT, nowMs),
    aggregations: [...ROLLUP_AGGREGATIONS],
    isFilled: values.fill === 'null',
  }),
});
