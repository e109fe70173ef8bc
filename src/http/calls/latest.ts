import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { GROUP_BY } from '../parameter/reading.js';
import { TARGET_IN_PATH } from '../parameter/target.js';
import { latestPresenter } from '../present/latest.js';
import { LABEL_VALUES, TIMESTAMP } from '../schema/answers.js';

export const latestCall = defineQueryCall({
  method: 'GET',
  path: '/api/metrics/{metric}/latest',
  group: 'Reading',
  summary: 'The newest point of the series that match',
  description: '`group_by` adds `data`: the newest point of each group.',
  parameters: { target: TARGET_IN_PATH, groupBy: GROUP_BY },
  presenter: latestPresenter,
  answer: {
    schema: z.object({
      metric_name: z.string(),
      host: z.string().nullable(),
      time: TIMESTAMP,
      value: z.number(),
      labels: LABEL_VALUES,
      data: z
        .array(z.object({ time: TIMESTAMP, value: z.number(), labels: LABEL_VALUES }))
        .optional()
        .meta({ description: 'The newest point of each group, with the labels of its series.' }),
    }),
    example: {
      metric_name: 'cpu_usage',
      host: 'server-01',
      time: '2024-01-01T00:00:00Z',
      value: 23.5,
      labels: { host: 'server-01' },
    },
  },
  request: ({ values }) => ({ ...values.target, groupBy: values.groupBy ?? [] }),
});
