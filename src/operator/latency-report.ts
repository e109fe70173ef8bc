import type { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';

/** Quantiles of a latency in ms, within 0.5 %; null before the first. */
export interface LatencyReport {
  count: number;
  p50_ms: number | null;
  p90_ms: number | null;
  p99_ms: number | null;
  p99_9_ms: number | null;
  max_ms: number | null;
}

const rounded = (value: number): number | null =>
  Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : null;

export function latencyReport(histogram: PagedHistogram): LatencyReport {
  const { count } = histogram;
  const quantile = (percent: number): number | null =>
    count === 0 ? null : rounded(histogram.quantile(percent));
  return {
    count,
    p50_ms: quantile(50),
    p90_ms: quantile(90),
    p99_ms: quantile(99),
    p99_9_ms: quantile(99.9),
    max_ms: count === 0 ? null : rounded(histogram.max),
  };
}
