import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../../native-free-core/cell/rollup-run.js';
import { chainCount, copyChain } from '../../../native-free-core/head/head-chain.js';
import {
  FLAG_HAS_POINT,
  LINE_FLAGS,
  LINE_NEWEST_MS,
  LINE_OLDEST_MS,
  LINE_SHIFT_F64,
  LINE_SHIFT_U32,
} from '../../../native-free-core/head/head-layout.js';
import { SERIES_PAGE_LENGTH } from '../../../native-free-core/limits.js';
import { PointSegmentReader } from '../../../native-free-core/segment/point-segment-reader.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import { numberedKey } from '../../store/keys.js';
import { TABLE_FRESH, TABLE_SPAN } from '../../store/store-layout.js';
import { TIER_TABLES, type TierTable } from '../../store/tier-tables.js';
import { spanPageOf } from '../span-pages.js';
import type { RewriteHost } from './rewrite-host.js';
import { RunCopier } from './run-copier.js';
import { listTable, type SegmentRef } from './segment-ref.js';

/** What is known of a series' points so far. */
interface Span {
  oldestMs: number;
  newestMs: number;
  newestValue: number;
}

// Scratch of this thread; nothing of it outlives a step.
const points = new PointSegmentReader();
const reader = new SegmentReader();
const copier = new RunCopier();
const cells = new CellRun();

/**
 * After a delete, says anew of the series of one page when their oldest and their newest point is, where that was deleted: by
 * the cells of the tier that is kept longest, the fresh points and the open ones. All in one step, so that no point comes between.
 * Answers the page to be written, or undefined when nothing is changed.
 */
export function repairSpans(
  host: RewriteHost,
  place: { local: number; page: number },
  isLost: (number: number, oldestMs: number, newestMs: number) => boolean,
): { key: Uint8Array; value: Uint8Array } | undefined {
  const { map, head } = host;
  const group = map.firstGroup(host.shard) + place.local;
  const groupSeries = host.groupSeries(group);
  const spans = new Map<number, Span>();
  const base = place.page * SERIES_PAGE_LENGTH;
  for (let number = base; number < Math.min(groupSeries, base + SERIES_PAGE_LENGTH); number++) {
    const slot = map.slotOf(group, number);
    if ((head.views.lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! & FLAG_HAS_POINT) === 0) continue;
    const line = slot << LINE_SHIFT_F64;
    const f64 = head.views.linesF64;
    if (!isLost(number, f64[line + LINE_OLDEST_MS]!, f64[line + LINE_NEWEST_MS]!)) continue;
    spans.set(number, { oldestMs: Infinity, newestMs: -Infinity, newestValue: 0 });
  }
  if (spans.size === 0) return undefined;
  // A group may have hundreds of pages, and each is a step: no segment is read that has nothing of this one.
  const isNear = ({ firstNumber, lastNumber }: SegmentRef): boolean => hasAny(spans, firstNumber, lastNumber);
  const listNear = (table: number): SegmentRef[] =>
    ordered(listTable(host.store, group, table, host.quarantine).filter(isNear));
  const tier = keptLongest(host);
  readTier(host, tier, listNear(tier.table), spans);
  readFresh(host, listNear(TABLE_FRESH), spans);
  head.begin();
  for (const [number, span] of spans) {
    const slot = map.slotOf(group, number);
    readOpen(host, slot, span);
    if (span.newestMs === -Infinity) head.clearSpan(slot);
    else head.restoreSpan(slot, span.oldestMs, span.newestMs, span.newestValue);
  }
  head.end();
  const value = spanPageOf(head.views, map, { group, page: place.page, groupSeries });
  return { key: numberedKey(group, TABLE_SPAN, place.page), value };
}

/** The coarsest of the tiers that some class keeps longest: few rows tell of all time. */
function keptLongest({ retention }: RewriteHost): TierTable {
  let longest = TIER_TABLES.at(-1)!;
  for (const tier of [...TIER_TABLES].reverse()) {
    if (retention.longestMs(tier.tier) > retention.longestMs(longest.tier)) longest = tier;
  }
  return longest;
}

function add(span: Span, oldestMs: number, newestMs: number, newestValue: number): void {
  span.oldestMs = Math.min(span.oldestMs, oldestMs);
  if (newestMs < span.newestMs) return;
  span.newestMs = newestMs;
  span.newestValue = newestValue;
}

/** By generation, so that of equal times the one that came last stands. */
const ordered = (segments: SegmentRef[]): SegmentRef[] =>
  segments.sort((a, b) => a.generation - b.generation || a.firstNumber - b.firstNumber);

function readTier(
  host: RewriteHost,
  tier: TierTable,
  segments: readonly SegmentRef[],
  spans: ReadonlyMap<number, Span>,
): void {
  for (const { key, firstNumber } of segments) {
    const bytes = host.store.get(key);
    if (bytes === undefined || reader.open(bytes, tier.kind, firstNumber) !== 'ok') continue;
    while (reader.next()) {
      const span = spans.get(reader.number);
      if (span === undefined) continue;
      const { start, end, number } = reader;
      if (tier.windowMs === 0) {
        if (!copier.read({ bytes, start, end, number }, tier)) continue;
        add(span, copier.firstMs, copier.lastMs, copier.values[copier.rows - 1]!);
        continue;
      }
      cells.reset();
      if (readRollupRun(bytes, start, end, tier.windowMs, cells) !== 'ok') continue;
      const last = cells.length - 1;
      add(span, cells.firstTimeMs[0]!, cells.lastTimeMs[last]!, cells.lastValue[last]!);
    }
  }
}

function readFresh(
  host: RewriteHost,
  segments: readonly SegmentRef[],
  spans: ReadonlyMap<number, Span>,
): void {
  for (const segment of segments) {
    const value = host.store.get(segment.key);
    if (value === undefined || points.open(value, segment.firstNumber, segment.lastNumber) !== 'ok') continue;
    while (points.next()) {
      if (!hasAny(spans, points.number, points.lastNumber) || points.decode() !== 'ok') continue;
      const { batch } = points;
      for (let i = 0; i < batch.series; i++) {
        const span = spans.get(batch.numbers[i]!);
        const last = batch.ends[i]! - 1;
        if (span !== undefined) {
          add(span, batch.times[batch.start(i)]!, batch.times[last]!, batch.values[last]!);
        }
      }
    }
  }
}

function hasAny(spans: ReadonlyMap<number, Span>, first: number, last: number): boolean {
  for (const number of spans.keys()) if (number >= first && number <= last) return true;
  return false;
}

function readOpen({ head }: RewriteHost, slot: number, span: Span): void {
  for (let generation = head.released + 1; generation <= head.generation; generation++) {
    const count = chainCount(head.views, slot, generation);
    if (count === 0) continue;
    const times = new Float64Array(count);
    const values = new Float64Array(count);
    copyChain(head.views, slot, generation, count, times, values, 0);
    for (let i = 0; i < count; i++) add(span, times[i]!, times[i]!, values[i]!);
  }
}
