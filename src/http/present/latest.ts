import { formatTime } from '../../time/format-time.js';
import type { Labels, MetricRequest } from '../ports.js';
import type { Presenter, Row } from './presenter.js';

export interface LatestRequest extends MetricRequest {
  kind: 'latest';
}

export interface LatestResult {
  timeMs: number;
  value: number;
  labels: Labels;
}

const rowOf = ({ metric }: LatestRequest, { timeMs, value, labels }: LatestResult): Row => ({
  metric_name: metric,
  host: labels['host'] ?? null,
  time: formatTime(timeMs),
  value,
  labels,
});

export const latestPresenter: Presenter<LatestRequest, LatestResult> = {
  kind: 'latest',
  body: rowOf,
  table: (request, result) => ({
    columns: ['metric_name', 'host', 'time', 'value'],
    rows: [rowOf(request, result)],
  }),
};
