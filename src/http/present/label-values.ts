import type { ListRequest, NamesResult } from './name-list.js';
import type { Presenter } from './presenter.js';

export interface LabelValuesRequest extends ListRequest {
  kind: 'label_values';
  label: string;
}

export interface LabelValuesResult extends NamesResult {
  /** Names of labels that may have been meant, where no series has the label. */
  near: string[] | undefined;
}

export const labelValuesPresenter: Presenter<LabelValuesRequest, LabelValuesResult> = {
  kind: 'label_values',
  body: (_request, { names, near }) => ({
    status: 'success',
    data: names,
    ...(near === undefined ? {} : { near }),
  }),
  table: (_request, { names }) => ({ columns: ['value'], rows: names.map((value) => ({ value })) }),
};
