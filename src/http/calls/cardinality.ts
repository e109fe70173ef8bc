import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { CARDINALITY_LIMIT_DEFAULT, CARDINALITY_LIMIT_MAX } from '../limits.js';
import { queryParameter } from '../parameter/parameter.js';
import { SELECTORS } from '../parameter/selectors.js';
import { cardinalityPresenter } from '../present/cardinality.js';
import { whole } from '../schema/vocabulary.js';

const GROWTH = { series: z.int(), new_last_hour: z.int(), new_last_day: z.int() };

export const cardinalityCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/cardinality',
  group: 'Names',
  summary: 'Where the series are: by metric, by label, by value',
  description:
    'The largest of each, and what grew: a series is new where its oldest point lies within the last hour or day. `refused` counts points since the start, by the reason that their series was refused for.',
  parameters: {
    selectors: SELECTORS,
    limit: queryParameter(
      'limit',
      whole({ min: 1, max: CARDINALITY_LIMIT_MAX })
        .optional()
        .meta({
          description: 'The most metrics, labels and values, each; 20 where it is not given.',
          examples: [20],
        }),
    ),
  },
  presenter: cardinalityPresenter,
  answer: {
    schema: z.object({
      ...GROWTH,
      metrics: z.int(),
      labels: z.int(),
      label_sets: z.int(),
      series_by_metric: z.array(z.object({ metric: z.string(), ...GROWTH })),
      series_by_label: z.array(z.object({ label: z.string(), values: z.int(), series: z.int() })),
      series_by_label_value: z.array(z.object({ label: z.string(), value: z.string(), series: z.int() })),
      limits: z.record(z.string(), z.int()),
      refused: z.record(z.string(), z.int()),
    }),
    example: {
      series: 12,
      new_last_hour: 0,
      new_last_day: 2,
      metrics: 1,
      labels: 1,
      label_sets: 12,
      series_by_metric: [{ metric: 'cpu_usage', series: 12, new_last_hour: 0, new_last_day: 2 }],
      series_by_label: [{ label: 'host', values: 12, series: 12 }],
      series_by_label_value: [{ label: 'host', value: 'server-01', series: 1 }],
      limits: { series_total: 2_000_000, series_per_metric: 100_000, labels_per_series: 32 },
      refused: { total_series_limit: 0, metric_series_limit: 7, too_many_labels: 0, label_too_long: 0 },
    },
  },
  request: ({ values, nowMs, edge }) => ({
    selectors: values.selectors,
    limit: values.limit ?? CARDINALITY_LIMIT_DEFAULT,
    nowMs,
    admission: edge.operator.seriesAdmission(),
  }),
});
