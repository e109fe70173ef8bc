import type { ListRequest, NamesResult } from './name-list.js';
import type { Presenter } from './presenter.js';

export interface NamesRequest extends ListRequest {
  kind: 'names';
}

export const namesPresenter: Presenter<NamesRequest, NamesResult> = {
  kind: 'names',
  body: (_request, { names }) => ({ metrics: names }),
  table: (_request, { names }) => ({ columns: ['metric'], rows: names.map((metric) => ({ metric })) }),
};
