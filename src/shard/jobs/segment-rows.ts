import { peekRollupRows, ROLLUP_POINTS } from '../../../native-free-core/cell/rollup-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { decodeChunkInto, peekChunkCount } from '../../../native-free-core/codec/chunk.js';
import { CHUNK_POINTS_MAX } from '../../../native-free-core/limits.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import type { TierTable } from '../../store/tier-tables.js';

// Scratch of this thread; nothing of it outlives a call.
const reader = new SegmentReader();
const times = new Float64Array(CHUNK_POINTS_MAX);
const values = new Float64Array(CHUNK_POINTS_MAX);

function peekRunRows(bytes: Uint8Array, start: number, end: number, { windowMs }: TierTable): number {
  if (windowMs === 0) return peekChunkCount(bytes, start, end);
  return bytes[start] === ROLLUP_POINTS
    ? countWindows(bytes, start + 1, end, windowMs)
    : peekRollupRows(bytes, start, end);
}

/** The windows that the points of a chunk lie in. */
function countWindows(bytes: Uint8Array, start: number, end: number, windowMs: number): number {
  if (peekChunkCount(bytes, start, end) > CHUNK_POINTS_MAX) return -1;
  const count = decodeChunkInto(bytes, start, end, times, values, 0);
  if (count < 0) return -1;
  let windows = 0;
  let endMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    if (times[i]! < endMs) continue;
    windows++;
    endMs = windowStartOf(times[i]!, windowMs) + windowMs;
  }
  return windows;
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
