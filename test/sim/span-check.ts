import { numberOfKey } from '../../src/store/keys.js';
import { forEachSpan } from '../../src/store/span-page.js';
import { TABLE_SPAN } from '../../src/store/store-layout.js';
import { RAW_TIER, TIER_TABLES } from '../../src/store/tier-tables.js';
import type { MemoryStore } from './memory-store.js';
import type { StoredRun } from './read-segment.js';
import { law } from './sim-failure.js';
import { type StoredTruth, truthOf } from './stored-truth.js';

interface Span {
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly newestValue: number;
}

/**
 * When all points are in blocks, the spans tell the oldest and the newest point that each series ever had and that was not deleted,
 * also of those whose time is over. A series of which something was deleted is looked through again in the tier that is kept
 * longest: what that has lost can't be told any more.
 */
export function checkSpansBy(store: MemoryStore, truth: StoredTruth): void {
  const found = readSpans(store);
  for (const [series, points] of truth.history.all()) {
    const span = found.get(series);
    const live = points.filter(({ fate }) => fate === 'live');
    const isExact = !truth.losses.isTouched(series) || isTold(truth, series);
    const among = isExact ? live : points;
    const times = among.map(({ timeMs }) => timeMs);
    const [oldestMs, newestMs] = [Math.min(...times), Math.max(...times)];
    const text = (): string =>
      `series ${series} has points from ${oldestMs} to ${newestMs}, its span ${span?.oldestMs} to ${span?.newestMs}`;
    if (span === undefined) {
      law(!isExact || live.length === 0, text);
      continue;
    }
    if (!isExact) law(span.oldestMs >= oldestMs && span.newestMs <= newestMs, text);
    else {
      law(span.oldestMs === oldestMs && span.newestMs === newestMs, text);
      const isNewest = live.some(({ timeMs, value }) => timeMs === newestMs && value === span.newestValue);
      law(isNewest, () => `${text()}, but its newest value is ${span.newestValue}`);
    }
  }
  const strangers = [...found.keys()].filter((series) => truth.history.of(series).length === 0);
  law(strangers.length === 0, () => `series ${strangers.join()} have spans and no points`);
}

/** The same of a store that holds just these points, of which none was deleted. */
export const checkSpans = (store: MemoryStore, runs: readonly StoredRun[]): void =>
  checkSpansBy(store, truthOf(runs));

/** Whether the tier that is kept longest has all points of a series. */
function isTold({ losses, history, keeping }: StoredTruth, series: string): boolean {
  const longest = TIER_TABLES[keeping.longestTier]!;
  if (losses.isAtWork(series, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) return false;
  if (longest.tier !== RAW_TIER && losses.isSeriesPartial(longest, series)) return false;
  return history.of(series).every(({ fate, isKept }) => {
    return fate !== 'unsure' && (fate === 'deleted' || isKept || longest.tier !== RAW_TIER);
  });
}

function readSpans(store: MemoryStore): Map<string, Span> {
  const found = new Map<string, Span>();
  for (const { key, value } of store.pairs()) {
    if (key[0]! >= 16 || key[1] !== TABLE_SPAN) continue;
    const isWhole = forEachSpan(value, numberOfKey(key), (number, oldestMs, newestMs, newestValue) => {
      found.set(`${key[0]}/${number}`, { oldestMs, newestMs, newestValue });
    });
    law(isWhole, 'a page of spans does not read');
  }
  return found;
}
