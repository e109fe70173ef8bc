import type { TierName } from '../../../native-free-core/tier/tiers.js';
import type { Labels, RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import { type PointStatistics, percentileKey } from './point-statistics.js';
import type { Presenter, Row } from './presenter.js';

export interface StatsRequest extends RangeRequest {
  kind: 'stats';
  nowMs: number;
  /** Asked for besides the standard ones; each from 0 to 100. */
  percentiles: number[];
  groupBy: string[];
  source: TierName | undefined;
}

/** The statistics of all points, or of a group. */
export interface RangeStatistics extends PointStatistics {
  /** One value for each percentile of the request, in its order. */
  percentiles: number[];
}

export interface StatsResult extends RangeStatistics {
  /** As answers name it. */
  dataSource: string;
  /** Whether all came from raw points, so that percentiles are exact. */
  isExact: boolean;
  /** By the labels of `groupBy`; groups without points are left out. */
  groups: readonly (RangeStatistics & { labels: Labels })[];
}

function statisticsOf({ percentiles }: StatsRequest, result: RangeStatistics): Record<string, number | null> {
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
  percentiles.forEach((percentile, at) => {
    body[percentileKey(percentile)] = number(result.percentiles[at]!);
  });
  return body;
}

const groupsOf = (request: StatsRequest, { groups }: StatsResult): Row[] =>
  groups.map((group) => ({ ...statisticsOf(request, group), labels: group.labels }));

export const statsPresenter: Presenter<StatsRequest, StatsResult> = {
  kind: 'stats',
  body: (request, result) => ({
    ...statisticsOf(request, result),
    data_source: result.dataSource,
    exact: result.isExact,
    ...(request.groupBy.length === 0 ? {} : { groups: groupsOf(request, result) }),
  }),
  table: (request, result) => {
    const row = statisticsOf(request, result);
    const rows = request.groupBy.length === 0 ? [row] : groupsOf(request, result);
    return { columns: Object.keys(row), rows };
  },
};
