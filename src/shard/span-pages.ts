import {
  FLAG_HAS_POINT,
  LINE_FLAGS,
  LINE_NEWEST_MS,
  LINE_NEWEST_VALUE,
  LINE_OLDEST_MS,
  LINE_SHIFT_F64,
  LINE_SHIFT_U32,
} from '../../native-free-core/head/head-layout.js';
import type { HeadViews } from '../../native-free-core/head/head-memory.js';
import { SERIES_PAGE_LENGTH } from '../../native-free-core/limits.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { SpanPage } from '../store/span-page.js';

// Scratch of this thread; nothing of it outlives a call.
const span = new SpanPage();

/** The page of spans as the lines of its series say it; `groupSeries` are numbered in the group. */
export function spanPageOf(
  views: HeadViews,
  map: ShardMap,
  { group, page, groupSeries }: { group: number; page: number; groupSeries: number },
): Uint8Array {
  span.clear();
  const base = page * SERIES_PAGE_LENGTH;
  const end = Math.min(base + SERIES_PAGE_LENGTH, groupSeries);
  for (let number = base; number < end; number++) {
    const slot = map.slotOf(group, number);
    if ((views.lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! & FLAG_HAS_POINT) === 0) continue;
    const line = slot << LINE_SHIFT_F64;
    const f64 = views.linesF64;
    span.set(
      number - base,
      f64[line + LINE_OLDEST_MS]!,
      f64[line + LINE_NEWEST_MS]!,
      f64[line + LINE_NEWEST_VALUE]!,
    );
  }
  return span.seal().slice();
}
