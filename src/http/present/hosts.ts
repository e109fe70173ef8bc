import type { ListRequest, NamesResult } from './name-list.js';
import type { Presenter } from './presenter.js';

export interface HostsRequest extends ListRequest {
  kind: 'hosts';
}

export const hostsPresenter: Presenter<HostsRequest, NamesResult> = {
  kind: 'hosts',
  body: (_request, { names }) => ({ hosts: names }),
  table: (_request, { names }) => ({ columns: ['host'], rows: names.map((host) => ({ host })) }),
};
