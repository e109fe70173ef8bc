import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { CURRENT_WINDOW_MS_DEFAULT, CURRENT_WINDOW_MS_MAX } from '../limits.js';
import { queryParameter } from '../parameter/parameter.js';
import { GROUP_BY } from '../parameter/reading.js';
import { SELECTORS } from '../parameter/selectors.js';
import { currentPresenter } from '../present/current.js';
import { LABEL_VALUES, NUMBER_OR_NULL, TIMESTAMP } from '../schema/answers.js';
import { duration } from '../schema/vocabulary.js';

const WINDOW = duration({
  minMs: 1_000,
  maxMs: CURRENT_WINDOW_MS_MAX,
  boundsText: `from 1s to ${CURRENT_WINDOW_MS_MAX / 60_000}m`,
  example: '60s',
});

const FIGURES = {
  count: z.int(),
  rate: NUMBER_OR_NULL,
  mean: NUMBER_OR_NULL,
  min: z.number(),
  max: z.number(),
  stddev: NUMBER_OR_NULL,
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  last: z.number(),
};

export const currentCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/metrics/current',
  group: 'Reading',
  summary: 'Every metric in a sliding window up to now',
  description:
    'Points of the last second included. Metrics without a point in the window are left out. `group_by` adds `groups` to each metric.',
  parameters: {
    selectors: SELECTORS,
    window: queryParameter(
      'window',
      WINDOW.default({ ms: CURRENT_WINDOW_MS_DEFAULT, text: '60s' }).meta({ default: '60s' }),
    ),
    groupBy: GROUP_BY,
  },
  presenter: currentPresenter,
  answer: {
    schema: z.object({
      timestamp: TIMESTAMP,
      window: z.string(),
      metrics: z.record(
        z.string(),
        z.object({
          ...FIGURES,
          groups: z.array(z.object({ labels: LABEL_VALUES, ...FIGURES })).optional(),
        }),
      ),
    }),
    example: {
      timestamp: '2024-01-01T00:00:00Z',
      window: '60s',
      metrics: {
        cpu_usage: {
          count: 3,
          rate: 0.05,
          mean: 2,
          min: 1,
          max: 3,
          stddev: 0.816496580927726,
          p50: 2,
          p90: 3,
          p95: 3,
          p99: 3,
          last: 3,
        },
      },
    },
  },
  request: ({ values, nowMs }) => ({
    selectors: values.selectors,
    nowMs,
    windowMs: values.window.ms,
    windowText: values.window.text,
    groupBy: values.groupBy ?? [],
  }),
});
