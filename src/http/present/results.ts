import type { Labels } from '../ports.js';

/**
 * What query execution finds, before it is written as an answer: numbers and columns, times in ms. The query
 * thread gives it to presentAnswer.
 */
export interface NamesResult {
  kind: 'names';
  /** In any order. */
  names: string[];
}

export interface MetricsResult {
  kind: 'metrics';
  metrics: { name: string; series: number; firstSeenMs: number; lastSeenMs: number }[];
}

export interface LatestResult {
  kind: 'latest';
  timeMs: number;
  value: number;
  labels: Labels;
}

/** Rows in time order, as columns; row i belongs to series[seriesIndexes[i]]. */
export interface RawResult {
  kind: 'raw';
  series: Labels[];
  seriesIndexes: Uint32Array;
  timesMs: Float64Array;
  values: Float64Array;
  nextCursor: string | undefined;
}

/** Statistics of a set of points. With a count of 0 the other numbers are not read. */
export interface PointStatistics {
  count: number;
  sum: number;
  mean: number;
  min: number;
  max: number;
  /** The population's. */
  stddev: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
}

export interface StatsResult extends PointStatistics {
  kind: 'stats';
  /** One value for each percentile of the request, in its order. */
  percentiles: number[];
}

export interface CurrentResult {
  kind: 'current';
  metrics: (PointStatistics & { name: string; ratePerSecond: number; last: number })[];
}

export type QueryResult =
  | NamesResult
  | MetricsResult
  | LatestResult
  | RawResult
  | StatsResult
  | CurrentResult;
