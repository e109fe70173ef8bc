import { parseSegmentKey, tableEnd, tableKey, tierKey } from '../store/keys.js';
import { decodeTierRecord } from '../store/records.js';
import type { StoreReader } from '../store/shard-store.js';
import type { TierTable } from '../store/tier-tables.js';
import type { ShardView } from './shard-view.js';

/**
 * From when on a tier that is bounded in bytes surely has everything. A sweep by size takes the oldest stretch, segment by
 * segment, so where something was swept the first stretch that is left may be in parts: what follows it is whole. -Infinity where nothing was
 * ever swept, `nowMs` where nothing is left.
 */
export function sizeHorizonMs(views: readonly ShardView[], tier: TierTable, nowMs: number): number {
  let horizonMs = Number.NEGATIVE_INFINITY;
  for (const view of views) {
    const snapshot = view.openSnapshot();
    try {
      for (let local = 0; local < view.groupCount; local++) {
        const group = view.firstGroup + local;
        horizonMs = Math.max(horizonMs, horizonOfGroup(snapshot.reader, group, tier, nowMs));
      }
    } finally {
      snapshot.close();
    }
  }
  return horizonMs;
}

function horizonOfGroup(
  reader: StoreReader,
  group: number,
  { tier, table, stretchMs }: TierTable,
  nowMs: number,
): number {
  const value = reader.get(tierKey(group, tier));
  const record = value === undefined ? undefined : decodeTierRecord(value);
  if (record === undefined || record.sweptRows === 0) return Number.NEGATIVE_INFINITY;
  let horizonMs = nowMs;
  reader.forEachKey(tableKey(group, table), tableEnd(group, table), (key) => {
    horizonMs = (Math.floor(parseSegmentKey(key).endMs / stretchMs) + 1) * stretchMs;
    return false;
  });
  return Math.min(horizonMs, nowMs);
}
