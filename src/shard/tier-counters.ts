import { TIER_NAMES } from '../../native-free-core/tier/tiers.js';
import type { GroupBooks } from './group-books.js';
import type { RetentionSweep } from './jobs/retention-sweep.js';
import type { ShardCounters } from './shard-counters.js';

/** Says what the tiers of a shard hold, and what sweeps do. Now and then: it looks at every record. */
export function countTiers(counters: ShardCounters, books: GroupBooks, sweeps: RetentionSweep): void {
  TIER_NAMES.forEach((name, tier) => {
    let [rows, bytes, sweptRows, lastSweepMs] = [0, 0, 0, 0];
    for (const local of books.groups.keys()) {
      const record = books.tier(local, tier);
      rows += record.rows;
      bytes += record.bytes;
      sweptRows += record.sweptRows;
      lastSweepMs = Math.max(lastSweepMs, record.lastSweepMs);
    }
    counters.set(`${name}Rows`, rows);
    counters.set(`${name}Bytes`, bytes);
    counters.set(`${name}SweptRows`, sweptRows);
    counters.set(`${name}LastSweepMs`, lastSweepMs);
  });
  counters.set('sweeps', sweeps.passes);
  counters.set('sweeping', sweeps.isRunning ? 1 : 0);
}
