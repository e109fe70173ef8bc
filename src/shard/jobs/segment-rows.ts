import { measureRollupRun } from '../../../native-free-core/cell/rollup-run.js';
import { isChunkWhole, peekChunkCount } from '../../../native-free-core/codec/chunk.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import type { TierTable } from '../../store/tier-tables.js';

// Scratch of this thread; nothing of it outlives a call.
const reader = new SegmentReader();
const extent = { rows: 0, firstMs: 0, lastMs: 0 };

/** What a run says that it holds, once its checksum has been looked at: of what goes unread the counts stay for ever. */
function rowsOf(bytes: Uint8Array, start: number, end: number, { windowMs }: TierTable): number {
  if (windowMs === 0) return isChunkWhole(bytes, start, end) ? peekChunkCount(bytes, start, end) : -1;
  return measureRollupRun(bytes, start, end, windowMs, extent) === 'ok' ? extent.rows : -1;
}

/** Rows of a compacted segment, none of which is decoded; -1 when it is damaged or cut off. */
export function countSegmentRows(bytes: Uint8Array, tier: TierTable, firstNumber: number): number {
  if (reader.open(bytes, tier.kind, firstNumber) !== 'ok') return -1;
  let rows = 0;
  while (reader.next()) {
    const here = rowsOf(bytes, reader.start, reader.end, tier);
    if (here < 0) return -1;
    rows += here;
  }
  return reader.isCut ? -1 : rows;
}
