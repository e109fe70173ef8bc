import { formatTime } from '../../time/format-time.js';
import type { ListRequest } from './name-list.js';
import type { Presenter, Row } from './presenter.js';

export interface MetricsRequest extends ListRequest {
  kind: 'metrics';
}

/** Metrics in the order of the answer. */
export interface MetricsResult {
  metrics: { name: string; series: number; firstSeenMs: number; lastSeenMs: number }[];
}

const rowsOf = ({ metrics }: MetricsResult): Row[] =>
  metrics.map((metric) => ({
    name: metric.name,
    series: metric.series,
    first_seen: formatTime(metric.firstSeenMs),
    last_seen: formatTime(metric.lastSeenMs),
  }));

export const metricsPresenter: Presenter<MetricsRequest, MetricsResult> = {
  kind: 'metrics',
  body: (_request, result) => ({ metrics: rowsOf(result) }),
  table: (_request, result) => ({
    columns: ['name', 'series', 'first_seen', 'last_seen'],
    rows: rowsOf(result),
  }),
};
