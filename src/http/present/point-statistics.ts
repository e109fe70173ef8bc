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

/** The name of a percentile in an answer: 99.9 is `p99_9`. */
export function percentileKey(percentile: number): string {
  return `p${String(percentile).replace('.', '_')}`;
}
