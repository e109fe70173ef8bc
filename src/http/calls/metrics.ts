import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { LIST_LIMIT, SEARCH } from '../parameter/lists.js';
import { SELECTORS } from '../parameter/selectors.js';
import { metricsPresenter } from '../present/metrics.js';
import { TIMESTAMP } from '../schema/answers.js';

export const metricsCall = defineQueryCall({
  method: 'GET',
  path: '/api/metrics',
  group: 'Names',
  summary: 'Metrics with their series and times',
  parameters: { selectors: SELECTORS, search: SEARCH, limit: LIST_LIMIT },
  presenter: metricsPresenter,
  answer: {
    schema: z.object({
      metrics: z.array(
        z.object({ name: z.string(), series: z.int(), first_seen: TIMESTAMP, last_seen: TIMESTAMP }),
      ),
    }),
    example: {
      metrics: [
        {
          name: 'cpu_usage',
          series: 12,
          first_seen: '2024-01-01T00:00:00Z',
          last_seen: '2024-01-02T00:00:00.5Z',
        },
      ],
    },
  },
  request: ({ values }) => values,
});
