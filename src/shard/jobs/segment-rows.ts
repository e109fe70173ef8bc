import { peekRollupRows } from '../../../native-free-core/cell/rollup-run.js';
import { peekChunkCount } from '../../../native-free-core/codec/chunk.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import type { TierTable } from '../../store/tier-tables.js';

// Scratch of this thread; nothing of it outlives a call.
const reader = new SegmentReader();

function peekRunRows(bytes: Uint8Array, start: number, end: number, tier: TierTable): number {
  return tier.windowMs === 0 ? peekChunkCount(bytes, start, end) : peekRollupRows(bytes, start, end);
}

/** Rows of a compacted segment by what its runs say first; -1 when it is damaged. */
export function peekSegmentRows(bytes: Uint8Array, tier: TierTable, firstNumber: number): number {
  if (reader.open(bytes, tier.kind, firstNumber) !== 'ok') return -1;
  let rows = 0;
  while (reader.next()) {
    const here = peekRunRows(bytes, reader.start, reader.end, tier);
    if (here < 0) return -1;
    rows += here;
  }
  return rows;
}
