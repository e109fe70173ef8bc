import { formatTime } from '../../time/format-time.js';
import type { CurrentRequest, LatestRequest, RawRequest, StatsRequest } from '../ports.js';
import type {
  CurrentResult,
  LatestResult,
  MetricsResult,
  NamesResult,
  PointStatistics,
  RawResult,
  StatsResult,
} from './results.js';

/** The answers of the contract as plain objects, one function a call. */

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Numbers that are not finite (a sum that overflowed) are never in an answer. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function namesBody(result: NamesResult): object {
  return { metrics: [...result.names].sort(byText) };
}

export function metricsBody(result: MetricsResult): object {
  const sorted = [...result.metrics].sort((a, b) => byText(a.name, b.name));
  return {
    metrics: sorted.map((metric) => ({
      name: metric.name,
      series: metric.series,
      first_seen: formatTime(metric.firstSeenMs),
      last_seen: formatTime(metric.lastSeenMs),
    })),
  };
}

export function latestBody(request: LatestRequest, result: LatestResult): object {
  return {
    metric_name: request.metric,
    host: result.labels['host'] ?? null,
    time: formatTime(result.timeMs),
    value: result.value,
    labels: result.labels,
  };
}

export function rawBody(request: RawRequest, result: RawResult): object {
  const data = Array.from(result.timesMs, (timeMs, row) => ({
    timestamp: formatTime(timeMs),
    value: result.values[row]!,
    labels: result.series[result.seriesIndexes[row]!]!,
  }));
  return { metric_name: request.metric, count: data.length, data, next_cursor: result.nextCursor ?? null };
}

/** The name of a percentile in an answer: 99.9 is `p99_9`. */
export function percentileKey(percentile: number): string {
  return `p${String(percentile).replace('.', '_')}`;
}

export function statsBody(request: StatsRequest, result: StatsResult): object {
  const empty = result.count === 0;
  const number = (value: number): number | null => (empty ? null : finite(value));
  const body: Record<string, number | null> = {
    mean: number(result.mean),
    p50: number(result.p50),
    p90: number(result.p90),
    p95: number(result.p95),
    p99: number(result.p99),
    min: number(result.min),
    max: number(result.max),
    count: result.count,
    sum: empty ? 0 : finite(result.sum),
    stddev: number(result.stddev),
    median: number(result.p50),
  };
  request.percentiles.forEach((percentile, at) => {
    body[percentileKey(percentile)] = number(result.percentiles[at]!);
  });
  return body;
}

function currentMetric(metric: PointStatistics & { ratePerSecond: number; last: number }): object {
  return {
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
  };
}

/** Metrics without a point in the window are left out. */
export function currentBody(request: CurrentRequest, result: CurrentResult): object {
  const sorted = result.metrics.filter((metric) => metric.count > 0).sort((a, b) => byText(a.name, b.name));
  return {
    timestamp: formatTime(request.nowMs),
    window: request.windowText,
    // fromEntries defines own properties: a metric may be called __proto__.
    metrics: Object.fromEntries(sorted.map((metric) => [metric.name, currentMetric(metric)])),
  };
}
