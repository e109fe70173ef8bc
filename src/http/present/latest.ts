import { formatTime } from '../../time/format-time.js';
import type { Labels, MetricRequest } from '../ports.js';
import type { JsonBytes } from './json-bytes.js';
import { labelsBytes } from './labels-bytes.js';
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

/** Writes what JSON.stringify makes of the body (a test compares them), without an object a group. */
function writeJson(request: LatestRequest, result: LatestResult, out: JsonBytes): void {
  const { groups } = result;
  const body = JSON.stringify(rowOf(request, result));
  if (groups === undefined) return out.text(body);
  out.text(`${body.slice(0, -1)},"data":[`);
  let [timeMs, head] = [Number.NaN, ''];
  for (let i = 0; i < groups.length; i++) {
    const point = groups[i]!;
    if (i > 0) out.text(',');
    // Mostly they came at the same time.
    if (point.timeMs !== timeMs)
      [timeMs, head] = [point.timeMs, `{"time":"${formatTime(point.timeMs)}","value":`];
    out.text(head);
    out.number(point.value);
    out.text(',"labels":');
    out.bytes(labelsBytes(point.labels));
    out.text('}');
  }
  out.text(']}');
}

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
  writers: { json: writeJson },
};
