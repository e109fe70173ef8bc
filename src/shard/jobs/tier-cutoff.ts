import {
  FLAG_DEFINED,
  LINE_FLAGS,
  LINE_METRIC,
  LINE_SHIFT_U32,
} from '../../../native-free-core/head/head-layout.js';
import type { HeadViews } from '../../../native-free-core/head/head-memory.js';
import type { RetentionPolicy } from '../../../native-free-core/retention/retention-policy.js';
import type { ShardMap } from '../../../native-free-core/series/refs.js';
import type { SeriesTable } from '../series-table.js';

/**
 * What retention says: data of a series before the answer, ms, is not kept in that tier. `tier` counts as TIER_NAMES do,
 * `group` among all groups of the folder. -Infinity: everything is kept. Called for each series of a compaction, so it
 * must be quick and allocate nothing. A cell goes when its whole window lies before the cutoff.
 */
export type TierCutoff = (tier: number, group: number, number: number, nowMs: number) => number;

export const KEEP_ALL: TierCutoff = () => Number.NEGATIVE_INFINITY;

/** The cutoffs of a retention for the series of one shard. */
export function cutoffOf(
  retention: RetentionPolicy | undefined,
  map: ShardMap,
  views: HeadViews,
  series: SeriesTable,
): TierCutoff {
  if (retention === undefined) return KEEP_ALL;
  return (tier, group, number, nowMs) => {
    const line = map.slotOf(group, number) << LINE_SHIFT_U32;
    // A series that lost its name in a damaged page: nobody knows how long it is to be kept.
    if ((views.lines[line + LINE_FLAGS]! & FLAG_DEFINED) === 0) return Number.NEGATIVE_INFINITY;
    const metric = views.lines[line + LINE_METRIC]!;
    return nowMs - retention.retentionMs(series.classOfMetric(metric), tier);
  };
}
