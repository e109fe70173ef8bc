import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { peekChunkCount } from '../../native-free-core/codec/chunk.js';
import { PointSegmentReader } from '../../native-free-core/segment/point-segment-reader.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import { parseSegmentKey, tableEnd, tableKey } from './keys.js';
import type { StoreReader } from './shard-store.js';
import type { TierTable } from './tier-tables.js';

export interface TierCount {
  segments: number;
  bytes: number;
  rows: number;
}

const cells = new CellRun();

/** Counts what one tier of a group holds by reading all of it: what its record says. Runs that are damaged count nothing. */
export function countTier(store: StoreReader, group: number, tier: TierTable): TierCount {
  const segment = new SegmentReader();
  const count: TierCount = { segments: 0, bytes: 0, rows: 0 };
  store.forEach(tableKey(group, tier.table), tableEnd(group, tier.table), (key, value) => {
    count.segments++;
    count.bytes += value.length;
    if (segment.open(value, tier.kind, parseSegmentKey(key).firstNumber) !== 'ok') return true;
    while (segment.next()) count.rows += rowsOf(value, segment, tier);
    return true;
  });
  return count;
}

function rowsOf(value: Uint8Array, { start, end }: SegmentReader, { windowMs }: TierTable): number {
  if (windowMs === 0) return Math.max(0, peekChunkCount(value, start, end));
  cells.reset();
  return readRollupRun(value, start, end, windowMs, cells) === 'ok' ? cells.length : 0;
}

/** Counts the points of one table of points of a group, by reading all of it. */
export function countPoints(store: StoreReader, group: number, table: number): number {
  const segment = new PointSegmentReader();
  let points = 0;
  store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
    const { firstNumber, lastNumber } = parseSegmentKey(key);
    if (segment.open(value, firstNumber, lastNumber) !== 'ok') return true;
    while (segment.next()) if (segment.decode() === 'ok') points += segment.batch.points;
    return true;
  });
  return points;
}
