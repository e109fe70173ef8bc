import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { ALIVE, LIST_LIMIT, MATCH_ANY, SEARCH } from '../parameter/lists.js';
import { pathParameter } from '../parameter/parameter.js';
import { SELECTORS } from '../parameter/selectors.js';
import { labelValuesPresenter } from '../present/label-values.js';
import { labelsPresenter } from '../present/labels.js';
import { LABEL_NAME } from '../schema/vocabulary.js';

/** Those of Prometheus too, whose data source Grafana asks for its variables. */
const LISTS = {
  selectors: SELECTORS,
  search: SEARCH,
  limit: LIST_LIMIT,
  anyOf: MATCH_ANY,
  alive: ALIVE,
};

export const labelsCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/labels',
  group: 'Names',
  summary: 'Names of labels, sorted',
  description: '`__name__`, which stands for the name of the metric, is one of them.',
  parameters: LISTS,
  presenter: labelsPresenter,
  answer: {
    schema: z.object({ status: z.literal('success'), data: z.array(z.string()) }),
    example: { status: 'success', data: ['__name__', 'host', 'region'] },
  },
  request: ({ values }) => values,
});

export const labelValuesCall = defineQueryCall({
  method: 'GET',
  path: '/api/v1/label/{label}/values',
  group: 'Names',
  summary: 'Values of a label, sorted',
  description:
    'Where no series has the label the list is empty, and `near` has names that may have been meant.',
  parameters: { ...LISTS, label: pathParameter('label', LABEL_NAME) },
  presenter: labelValuesPresenter,
  answer: {
    schema: z.object({
      status: z.literal('success'),
      data: z.array(z.string()),
      near: z.array(z.string()).optional(),
    }),
    example: { status: 'success', data: ['eu', 'us'] },
  },
  request: ({ values }) => values,
});
