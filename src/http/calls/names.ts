import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { LIST_LIMIT, SEARCH } from '../parameter/lists.js';
import { SELECTORS } from '../parameter/selectors.js';
import { namesPresenter } from '../present/names.js';

export const namesCall = defineQueryCall({
  method: 'GET',
  path: '/metrics/names',
  group: 'Names',
  summary: 'Names of all metrics, sorted',
  parameters: { selectors: SELECTORS, search: SEARCH, limit: LIST_LIMIT },
  presenter: namesPresenter,
  answer: {
    schema: z.object({ metrics: z.array(z.string()) }),
    example: { metrics: ['cpu_usage', 'disk_free'] },
  },
  request: ({ values }) => values,
});
