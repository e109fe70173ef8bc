import type { SelectorsRequest } from '../ports.js';
import { byText } from './by-text.js';
import type { Presenter } from './presenter.js';

export interface NamesRequest extends SelectorsRequest {
  kind: 'names';
}

/** In any order. */
export interface NamesResult {
  names: string[];
}

export const namesPresenter: Presenter<NamesRequest, NamesResult> = {
  kind: 'names',
  body: (_request, { names }) => ({ metrics: [...names].sort(byText) }),
  table: (_request, { names }) => ({
    columns: ['metric'],
    rows: [...names].sort(byText).map((metric) => ({ metric })),
  }),
};
