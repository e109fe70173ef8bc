import { formatTime } from '../../time/format-time.js';
import type { Labels, SelectorsRequest } from '../ports.js';
import { byText } from './by-text.js';
import { finite } from './finite.js';
import type { PointStatistics } from './point-statistics.js';
import type { Cell, Presenter, Row } from './presenter.js';

export interface CurrentRequest extends SelectorsRequest {
  kind: 'current';
  nowMs: number;
  windowMs: number;
  /** The window as the client wrote it, to be told back. */
  windowText: string;
  groupBy: string[];
}

/** Of the points in the window. */
export interface CurrentFigures extends PointStatistics {
  ratePerSecond: number;
  last: number;
}

export interface CurrentMetric extends CurrentFigures {
  name: string;
  /** By the labels of `groupBy`; groups without a point are left out. */
  groups?: readonly (CurrentFigures & { labels: Labels })[];
}

export interface CurrentResult {
  metrics: CurrentMetric[];
}

const figuresOf = (metric: CurrentFigures): Record<string, Cell> => ({
  count: metric.count,
  rate: finite(metric.ratePerSecond),
  mean: finite(metric.mean),
  min: metric.min,
  max: metric.max,
  stddev: finite(metric.stddev),
  p50: metric.p50,
  p90: metric.p90,
  p95: metric.p95,
  p99: metric.p99,
  last: metric.last,
});

/** Metrics without a point in the window are left out. */
const metricsOf = ({ metrics }: CurrentResult): CurrentMetric[] =>
  metrics.filter((metric) => metric.count > 0).sort((a, b) => byText(a.name, b.name));

const groupsOf = ({ groups = [] }: CurrentMetric) =>
  groups.map((group) => ({ labels: group.labels, ...figuresOf(group) }));

const memberOf = (metric: CurrentMetric): object =>
  metric.groups === undefined ? figuresOf(metric) : { ...figuresOf(metric), groups: groupsOf(metric) };

/** A row a metric, or a metric and group. */
const rowsOf = (metric: CurrentMetric): Row[] =>
  metric.groups === undefined
    ? [{ name: metric.name, ...figuresOf(metric) }]
    : groupsOf(metric).map((group) => ({ name: metric.name, ...group }));

export const currentPresenter: Presenter<CurrentRequest, CurrentResult> = {
  kind: 'current',
  body: (request, result) => ({
    timestamp: formatTime(request.nowMs),
    window: request.windowText,
    // fromEntries defines own properties: a metric may be called __proto__.
    metrics: Object.fromEntries(metricsOf(result).map((metric) => [metric.name, memberOf(metric)])),
  }),
  table: (_request, result) => ({
    columns: ['name', 'count', 'rate', 'mean', 'min', 'max', 'stddev', 'p50', 'p90', 'p95', 'p99', 'last'],
    rows: metricsOf(result).flatMap(rowsOf),
  }),
};
