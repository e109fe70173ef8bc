import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import type { PointStatistics } from '../http/present/point-statistics.js';
import { momentsOf } from './moments.js';
import { selectRanks } from './select-ranks.js';
import type { StopCheck } from './stop-check.js';
import type { ValueColumn } from './value-column.js';

/** The percentiles that every answer has. */
const STANDARD = [50, 90, 95, 99] as const;

/**
 * Exact statistics of a column's values, and one value for each of `percentiles` (0..100, any order), nearest rank. The
 * column's order is lost; `scratch` is working memory.
 * @throws what `stop` does, every few ms
 */
// Four arguments: what is asked of what, and with what.
export function pointStatistics(
  column: ValueColumn,
  percentiles: readonly number[],
  scratch: ValueColumn,
  stop: StopCheck,
): PointStatistics & { percentiles: number[] } {
  const { items, length: count } = column;
  const look = (): void => stop.check();
  look();
  const moments = momentsOf(items, count, look);
  const wanted = [...STANDARD, ...percentiles].map((percent) => nearestRank(percent, count));
  const byRank = new Map<number, number>();
  if (count > 0) {
    const ranks = [...new Set(wanted)].sort((a, b) => a - b);
    scratch.reserve(count);
    const values = selectRanks(items, count, scratch.items, ranks, look);
    for (let i = 0; i < ranks.length; i++) byRank.set(ranks[i]!, values[i]!);
  }
  const [p50, p90, p95, p99, ...rest] = wanted.map((rank) => byRank.get(rank) ?? 0) as [
    number,
    number,
    number,
    number,
  ];
  return { ...moments, p50, p90, p95, p99, percentiles: rest };
}
