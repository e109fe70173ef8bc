import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import { countBetween } from '../../native-free-core/statistics/count-between.js';
import { densityWidth, equalEdges, niceEdges } from '../../native-free-core/statistics/histogram-edges.js';
import { shapeOf } from '../../native-free-core/statistics/shape.js';
import type { FullStatistics } from '../http/present/statistics.js';
import { momentsOf } from './moments.js';
import { selectRanks } from './select-ranks.js';
import type { StopCheck } from './stop-check.js';
import type { ValueColumn } from './value-column.js';

/** What besides the values decides the answer. */
export interface StatisticsWish {
  /** 0 to 100, in any order, with the quartiles and the median among them. */
  percentiles: readonly number[];
  /** Buckets of equal width between the least and the greatest value; undefined: of a width that reads well. */
  buckets: number | undefined;
}

/** Every statistic of at least one value, exact. The column's order is lost; `scratch` is working memory. */
export function fullStatistics(
  column: ValueColumn,
  { percentiles, buckets }: StatisticsWish,
  scratch: ValueColumn,
  stop: StopCheck,
): FullStatistics {
  const { items, length: count } = column;
  const moments = momentsOf(items, count);
  stop.check();
  const shape = shapeOf(items, count, moments.mean, moments.stddev);
  stop.check();
  const { min, max, stddev } = moments;
  const edges =
    buckets === undefined ? niceEdges(min, max, densityWidth(count, stddev)) : equalEdges(min, max, buckets);
  const counts = countBetween(items, count, edges);
  stop.check();
  return { ...moments, shape, edges, counts, percentiles: valuesOf(column, percentiles, scratch) };
}

/** The value of each percentile, by it. */
function valuesOf(
  { items, length: count }: ValueColumn,
  percentiles: readonly number[],
  scratch: ValueColumn,
): Map<number, number> {
  const byPercentile = new Map(percentiles.map((percent) => [percent, nearestRank(percent, count)]));
  const ranks = [...new Set(byPercentile.values())].sort((a, b) => a - b);
  scratch.reserve(count);
  const values = selectRanks(items, count, scratch.items, ranks);
  const byRank = new Map(ranks.map((rank, i) => [rank, values[i]!]));
  return new Map([...byPercentile].map(([percent, rank]) => [percent, byRank.get(rank)!]));
}
