import type { RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import { type PointStatistics, percentileKey } from './point-statistics.js';
import type { Presenter } from './presenter.js';

export interface StatsRequest extends RangeRequest {
  kind: 'stats';
  /** Asked for besides the standard ones; each from 0 to 100. */
  percentiles: number[];
}

export interface StatsResult extends PointStatistics {
  /** One value for each percentile of the request, in its order. */
  percentiles: number[];
}

function statsBody(request: StatsRequest, result: StatsResult): Record<string, number | null> {
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

export const statsPresenter: Presenter<StatsRequest, StatsResult> = {
  kind: 'stats',
  body: statsBody,
  table: (request, result) => {
    const row = statsBody(request, result);
    return { columns: Object.keys(row), rows: [row] };
  },
};
