import { z } from 'zod';
import { defineQueryCall } from '../call/query-call.js';
import { LIST_LIMIT, SEARCH } from '../parameter/lists.js';
import { SELECTORS } from '../parameter/selectors.js';
import { hostsPresenter } from '../present/hosts.js';

export const hostsCall = defineQueryCall({
  method: 'GET',
  path: '/api/hosts',
  group: 'Names',
  summary: 'Values of the label host, sorted',
  parameters: { selectors: SELECTORS, search: SEARCH, limit: LIST_LIMIT },
  presenter: hostsPresenter,
  answer: {
    schema: z.object({ hosts: z.array(z.string()) }),
    example: { hosts: ['server-01', 'server-02'] },
  },
  request: ({ values }) => values,
});
