import { formatTime } from '../../time/format-time.js';
import type { SelectorsRequest } from '../ports.js';
import { byText } from './by-text.js';
import { finite } from './finite.js';
import type { PointStatistics } from './point-statistics.js';
import type { Cell, Presenter } from './presenter.js';

export interface CurrentRequest extends SelectorsRequest {
  kind: 'current';
  nowMs: number;
  windowMs: number;
  /** The window as the client wrote it, to be told back. */
  windowText: string;
}

export interface CurrentMetric extends PointStatistics {
  name: string;
  ratePerSecond: number;
  last: number;
}

export interface CurrentResult {
  metrics: CurrentMetric[];
}

const figuresOf = (metric: CurrentMetric): Record<string, Cell> => ({
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

export const currentPresenter: Presenter<CurrentRequest, CurrentResult> = {
  kind: 'current',
  body: (request, result) => ({
    timestamp: formatTime(request.nowMs),
    window: request.windowText,
    // fromEntries defines own properties: a metric may be called __proto__.
    metrics: Object.fromEntries(metricsOf(result).map((metric) => [metric.name, figuresOf(metric)])),
  }),
  table: (_request, result) => ({
    columns: ['name', 'count', 'rate', 'mean', 'min', 'max', 'stddev', 'p50', 'p90', 'p95', 'p99', 'last'],
    rows: metricsOf(result).map((metric) => ({ name: metric.name, ...figuresOf(metric) })),
  }),
};
