import type { ListRequest, NamesResult } from './name-list.js';
import type { Presenter } from './presenter.js';

export interface LabelsRequest extends ListRequest {
  kind: 'labels';
}

export const labelsPresenter: Presenter<LabelsRequest, NamesResult> = {
  kind: 'labels',
  body: (_request, { names }) => ({ status: 'success', data: names }),
  table: (_request, { names }) => ({ columns: ['label'], rows: names.map((label) => ({ label })) }),
};
