import type { Shape } from '../../../native-free-core/statistics/shape.js';
import { formatTime } from '../../time/format-time.js';
import type { Labels, RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import { percentileKey } from './point-statistics.js';
import type { Presenter } from './presenter.js';

/** The percentiles that every answer has. */
export const STATISTICS_PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9] as const;

export interface StatisticsRequest extends RangeRequest {
  kind: 'statistics';
  /** When it was asked, which decides what is still kept. */
  nowMs: number;
  /** 0 to 100, rising, STATISTICS_PERCENTILES among them. */
  percentiles: number[];
  /** Buckets of the histogram; undefined: as many of a width that reads well as the values want. */
  buckets: number | undefined;
  groupBy: string[];
}

/** Statistics of the values of a set of points. */
export interface FullStatistics {
  count: number;
  sum: number;
  mean: number;
  min: number;
  max: number;
  /** The population's. */
  stddev: number;
  /** Undefined where the values don't differ. */
  shape: Shape | undefined;
  /** Edges of the histogram's buckets, one more than counts. */
  edges: Float64Array;
  counts: Uint32Array | Float64Array;
  /** By the percentiles of the request. */
  percentiles: Map<number, number>;
}

/** The same with what depends on times and series. */
export interface SeriesStatistics extends FullStatistics {
  ends: {
    series: number;
    firstTimeMs: number;
    firstValue: number;
    lastTimeMs: number;
    lastValue: number;
    /** Of all series together: what they rose, and in how many ms. */
    rise: number;
    riseMs: number;
  };
}

export interface GroupStatistics extends SeriesStatistics {
  labels: Labels;
}

export interface StatisticsResult {
  /** As answers name it. */
  dataSource: string;
  /** Whether all comes from raw points. */
  isExact: boolean;
  /** Undefined where there are no points. */
  all: SeriesStatistics | undefined;
  groups: GroupStatistics[];
}

const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : finite(numerator / denominator);

function scalars({ ends, ...of }: SeriesStatistics): Record<string, number | string | null> {
  const quartile = (percent: number): number => of.percentiles.get(percent)!;
  return {
    count: of.count,
    series: ends.series,
    sum: finite(of.sum),
    mean: finite(of.mean),
    median: quartile(50),
    min: of.min,
    max: of.max,
    range: finite(of.max - of.min),
    variance: finite(of.stddev ** 2),
    stddev: finite(of.stddev),
    skewness: of.shape?.skewness ?? null,
    kurtosis: of.shape?.kurtosis ?? null,
    cv: ratio(of.stddev, Math.abs(of.mean)),
    iqr: finite(quartile(75) - quartile(25)),
    first: ends.firstValue,
    first_time: formatTime(ends.firstTimeMs),
    last: ends.lastValue,
    last_time: formatTime(ends.lastTimeMs),
    change: finite(ends.rise),
    rate_of_change: ratio(ends.rise, ends.riseMs / 1000),
  };
}

/** What an answer without points has in place of `scalars`. */
const NO_SCALARS: Readonly<Record<string, number | null>> = {
  count: 0,
  series: 0,
  sum: 0,
  ...Object.fromEntries(
    [
      ...['mean', 'median', 'min', 'max', 'range', 'variance', 'stddev', 'skewness', 'kurtosis', 'cv', 'iqr'],
      ...['first', 'first_time', 'last', 'last_time', 'change', 'rate_of_change'],
    ].map((name) => [name, null]),
  ),
};

function percentileCells(
  request: StatisticsRequest,
  of: FullStatistics | undefined,
): Record<string, number | null> {
  const cells = request.percentiles.map((percent) => [
    percentileKey(percent),
    of?.percentiles.get(percent) ?? null,
  ]);
  return Object.fromEntries(cells);
}

function statisticsOf(request: StatisticsRequest, of: SeriesStatistics | undefined): object {
  const counts = of === undefined ? [] : Array.from(of.counts);
  return {
    ...(of === undefined ? NO_SCALARS : scalars(of)),
    percentiles: percentileCells(request, of),
    histogram: counts.map((count, i) => ({ from: of!.edges[i]!, to: of!.edges[i + 1]!, count })),
  };
}

export const statisticsPresenter: Presenter<StatisticsRequest, StatisticsResult> = {
  kind: 'statistics',
  body: (request, { all, groups, dataSource, isExact }) => ({
    metric_name: request.metric,
    start: formatTime(request.startMs),
    end: formatTime(request.endMs),
    data_source: dataSource,
    exact: isExact,
    ...statisticsOf(request, all),
    ...(request.groupBy.length === 0
      ? {}
      : { groups: groups.map((group) => ({ labels: group.labels, ...statisticsOf(request, group) })) }),
  }),
  table: (request, { all, groups }) => {
    const row = (of: SeriesStatistics | undefined) => ({
      ...(of === undefined ? NO_SCALARS : scalars(of)),
      ...percentileCells(request, of),
    });
    return {
      columns: Object.keys(row(all)),
      rows:
        request.groupBy.length === 0
          ? [row(all)]
          : groups.map((group) => ({ ...row(group), labels: group.labels })),
    };
  },
};
