import { formatTime } from '../../time/format-time.js';
import type { Labels, MetricRequest } from '../ports.js';
import type { Presenter, Row } from './presenter.js';

export interface LatestRequest extends MetricRequest {
  kind: 'latest';
  /** Labels whose values each have a newest point of their own; none: the newest of all. */
  groupBy?: string[];
}

export interface LatestPoint {
  timeMs: number;
  value: number;
  /** Of the series. */
  labels: Labels;
}

export interface LatestResult extends LatestPoint {
  /** The newest point of each group that has one, by the values of the labels. */
  groups?: readonly LatestPoint[];
}

const pointOf = ({ timeMs, value, labels }: LatestPoint): Row => ({
  time: formatTime(timeMs),
  value,
  labels,
});

const rowOf = ({ metric }: LatestRequest, { timeMs, value, labels }: LatestPoint): Row => ({
  metric_name: metric,
  host: labels['host'] ?? null,
  time: formatTime(timeMs),
  value,
  labels,
});

export const latestPresenter: Presenter<LatestRequest, LatestResult> = {
  kind: 'latest',
  body: (request, result) => ({
    ...rowOf(request, result),
    ...(result.groups === undefined ? {} : { data: result.groups.map(pointOf) }),
  }),
  table: (request, result) => ({
    columns: ['metric_name', 'host', 'time', 'value'],
    rows: (result.groups ?? [result]).map((point) => rowOf(request, point)),
  }),
};
