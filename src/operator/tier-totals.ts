import { TIER_NAMES } from '../../native-free-core/tier/tiers.js';
import { formatTime } from '../time/format-time.js';
import type { ShardStats } from './shard-stats.js';

/** What each tier holds and has lost, shards together. */
export function tierTotals(shards: readonly ShardStats[]): object[] {
  return TIER_NAMES.map((tier, at) => {
    const own = shards.map(({ tiers }) => tiers[at]!);
    const sum = (of: (each: (typeof own)[number]) => number): number =>
      own.reduce((total, each) => total + of(each), 0);
    // Of the shard that was swept longest ago: what lies before is swept everywhere.
    const lastSweepMs = Math.min(...own.map((each) => each.last_sweep_ms));
    return {
      tier,
      rows: sum(({ rows }) => rows),
      bytes: sum(({ bytes }) => bytes),
      swept_rows: sum(({ swept_rows }) => swept_rows),
      last_sweep: lastSweepMs > 0 ? formatTime(lastSweepMs) : null,
    };
  });
}
