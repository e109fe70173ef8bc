import type { Cell } from '../../native-free-core/cell/cell.js';
import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import { countBetween } from '../../native-free-core/statistics/count-between.js';
import { densityWidth, equalEdges, niceEdges } from '../../native-free-core/statistics/histogram-edges.js';
import { shapeOf } from '../../native-free-core/statistics/shape.js';
import { sketchBetween, sketchShape } from '../../native-free-core/statistics/sketch-statistics.js';
import type { FullStatistics } from '../http/present/statistics.js';
import { VALUES_AT_ONCE } from './limits.js';
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
  const look = (): void => stop.check();
  look();
  const moments = momentsOf(items, count, look);
  const shape = shapeOf(items, count, moments.mean, moments.stddev, look);
  const { min, max, stddev } = moments;
  const edges =
    buckets === undefined ? niceEdges(min, max, densityWidth(count, stddev)) : equalEdges(min, max, buckets);
  const counts = new Uint32Array(edges.length - 1);
  for (let from = 0; from < count; from += VALUES_AT_ONCE) {
    look();
    const some = items.subarray(from, Math.min(count, from + VALUES_AT_ONCE));
    countBetween(some, some.length, edges).forEach((more, bucket) => {
      counts[bucket]! += more;
    });
  }
  return { ...moments, shape, edges, counts, percentiles: valuesOf(column, percentiles, scratch, look) };
}

/**
 * The same of what a cell knows: exact but for percentiles, shape and histogram, which come from its sketch. The cell has a
 * point at least.
 */
export function cellStatistics(cell: Cell, { percentiles, buckets }: StatisticsWish): FullStatistics {
  const { count, sum, min, max, sketch } = cell;
  const moments = {
    ...{ count, sum, min, max },
    // From a sum that overflowed there is no way back to a mean, nor to a spread.
    mean: Number.isFinite(sum) ? Math.min(Math.max(sum / count, min), max) : Number.NaN,
    stddev: min === max ? 0 : Math.sqrt(cell.m2 / count),
  };
  const edges = edgesOf(moments, buckets);
  return {
    ...moments,
    shape: moments.stddev > 0 ? sketchShape(sketch) : undefined,
    edges,
    counts: sketchBetween(sketch, edges),
    percentiles: new Map(percentiles.map((percent) => [percent, cell.quantile(percent)])),
  };
}

function edgesOf(
  { count, min, max, stddev }: { count: number; min: number; max: number; stddev: number },
  buckets: number | undefined,
): Float64Array {
  if (buckets !== undefined) return equalEdges(min, max, buckets);
  return niceEdges(min, max, densityWidth(count, stddev));
}

/** The value of each percentile, by it. */
// Four arguments: what is asked of what, with what, and who looks.
function valuesOf(
  { items, length: count }: ValueColumn,
  percentiles: readonly number[],
  scratch: ValueColumn,
  look: () => void,
): Map<number, number> {
  const byPercentile = new Map(percentiles.map((percent) => [percent, nearestRank(percent, count)]));
  const ranks = [...new Set(byPercentile.values())].sort((a, b) => a - b);
  scratch.reserve(count);
  const values = selectRanks(items, count, scratch.items, ranks, look);
  const byRank = new Map(ranks.map((rank, i) => [rank, values[i]!]));
  return new Map([...byPercentile].map(([percent, rank]) => [percent, byRank.get(rank)!]));
}
