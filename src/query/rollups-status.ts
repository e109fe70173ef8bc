import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import {
  type RollupsStatusResult,
  rollupsStatusPresenter,
  type TierStatus,
} from '../http/present/rollups-status.js';
import { ShardCounters } from '../shard/shard-counters.js';
import { parseSegmentKey, tableEnd, tableKey, tierKey } from '../store/keys.js';
import { decodeTierRecord } from '../store/records.js';
import type { StoreReader } from '../store/shard-store.js';
import { TIER_TABLES, type TierTable } from '../store/tier-tables.js';
import { SeriesConditions } from './label-matcher.js';
import type { LineScan } from './line-scan.js';
import { defineQuestion } from './question.js';
import { Selection } from './selection.js';
import type { ShardView } from './shard-view.js';
import type { StopCheck } from './stop-check.js';

const emptyStatus = ({ name, windowMs }: TierTable): TierStatus => ({
  name,
  windowMs,
  rows: 0,
  bytes: 0,
  segments: 0,
  oldestMs: undefined,
  newestMs: undefined,
  newestPointMs: undefined,
  sweptRows: 0,
  lastSweepMs: undefined,
});

const lower = (a: number | undefined, b: number): number => (a === undefined ? b : Math.min(a, b));
const higher = (a: number | undefined, b: number): number => (a === undefined ? b : Math.max(a, b));

/** Adds what a group's record and the keys of its first and its last stretch say of a tier. */
function addGroup(reader: StoreReader, group: number, tier: TierTable, to: TierStatus): void {
  const value = reader.get(tierKey(group, tier.tier));
  const record = value === undefined ? undefined : decodeTierRecord(value);
  if (record !== undefined) {
    to.rows += record.rows;
    to.bytes += record.bytes;
    to.segments += record.segments;
    to.sweptRows += record.sweptRows;
    if (record.lastSweepMs > 0) to.lastSweepMs = higher(to.lastSweepMs, record.lastSweepMs);
  }
  const startOf = (ms: number): number => (tier.windowMs === 0 ? ms : windowStartOf(ms, tier.windowMs));
  let firstStretch: number | undefined;
  reader.forEachKey(tableKey(group, tier.table), tableEnd(group, tier.table), (key) => {
    const { startMs, endMs } = parseSegmentKey(key);
    firstStretch ??= Math.floor(endMs / tier.stretchMs);
    // Keys ascend by their ends, so the oldest start lies in the first stretch.
    if (Math.floor(endMs / tier.stretchMs) === firstStretch)
      to.oldestMs = lower(to.oldestMs, startOf(startMs));
    to.newestPointMs = higher(to.newestPointMs, endMs);
    to.newestMs = higher(to.newestMs, startOf(endMs));
    return true;
  });
}

function newestPoint(views: readonly ShardView[], scan: LineScan, stop: StopCheck): number | undefined {
  let newestMs: number | undefined;
  const conditions = new SeriesConditions([]);
  const selection = new Selection(Number.POSITIVE_INFINITY);
  for (const view of views) selection.add(view, view.index.selectAll(view.index.metrics, conditions));
  scan.scan(selection, stop, (_ordinal, lines, at) => {
    newestMs = higher(newestMs, lines.newestMs[at]!);
  });
  return newestMs;
}

function statusOf(views: readonly ShardView[], scan: LineScan, stop: StopCheck): RollupsStatusResult {
  const tiers = TIER_TABLES.map(emptyStatus);
  let freshPoints = 0;
  let openPoints = 0;
  for (const view of views) {
    const counters = new ShardCounters(view.memory.counters);
    freshPoints += counters.get('freshPoints');
    openPoints += counters.get('open');
    const snapshot = view.openSnapshot();
    try {
      for (let local = 0; local < view.groupCount; local++) {
        for (const tier of TIER_TABLES) {
          stop.check();
          addGroup(snapshot.reader, view.firstGroup + local, tier, tiers[tier.tier]!);
        }
      }
    } finally {
      snapshot.close();
    }
  }
  return { tiers, freshPoints, openPoints, newestPointMs: newestPoint(views, scan, stop) };
}

/** GET /api/v1/rollups/status */
export const rollupsStatusQuestion = defineQuestion(
  rollupsStatusPresenter,
  ({ views, lines }) =>
    (_request, stop) =>
      statusOf(views, lines, stop),
);
