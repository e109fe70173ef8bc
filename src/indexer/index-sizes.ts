import { totalmem } from 'node:os';
import { slotsMaxOf } from '../../native-free-core/head/head-layout.js';
import { GROUP_COUNT } from '../../native-free-core/limits.js';
import type { SeriesIndexSizes } from '../../native-free-core/series-index/series-index-memory.js';
import { INDEX_BYTES_MIN, INDEX_BYTES_PER_SERIES, INDEX_MEMORY_SHARE } from './limits.js';

/** What the index may take, virtually, for as many series as a folder may have. */
export function indexSizes(seriesTotal: number): SeriesIndexSizes {
  const rowsMax = slotsMaxOf(GROUP_COUNT, seriesTotal);
  const wanted = Math.max(INDEX_BYTES_MIN, rowsMax * INDEX_BYTES_PER_SERIES);
  return { rowsMax, heapBytes: Math.max(INDEX_BYTES_MIN, Math.min(wanted, totalmem() * INDEX_MEMORY_SHARE)) };
}
