import { numberOfKey } from '../../src/store/keys.js';
import { forEachSpan } from '../../src/store/span-page.js';
import { TABLE_SPAN } from '../../src/store/store-layout.js';
import type { MemoryStore } from './memory-store.js';
import type { StoredRun } from './read-segment.js';
import { law } from './sim-failure.js';

interface Span {
  oldestMs: number;
  newestMs: number;
  newest: Set<number>;
}

/** When all points are in blocks, the spans tell the oldest and the newest point of each series. */
export function checkSpans(store: MemoryStore, raw: readonly StoredRun[]): void {
  const wanted = new Map<string, Span>();
  for (const { group, number, times, values } of raw) {
    const name = `${group}/${number}`;
    const span = wanted.get(name) ?? { oldestMs: Infinity, newestMs: -Infinity, newest: new Set<number>() };
    wanted.set(name, span);
    times.forEach((timeMs, i) => {
      span.oldestMs = Math.min(span.oldestMs, timeMs);
      if (timeMs > span.newestMs) span.newest.clear();
      span.newestMs = Math.max(span.newestMs, timeMs);
      if (timeMs === span.newestMs) span.newest.add(values[i]!);
    });
  }
  let found = 0;
  for (const { key, value } of store.pairs()) {
    if (key[0]! >= 16 || key[1] !== TABLE_SPAN) continue;
    const isWhole = forEachSpan(value, numberOfKey(key), (number, oldestMs, newestMs, newestValue) => {
      found++;
      const span = wanted.get(`${key[0]}/${number}`);
      const text = `series ${key[0]}/${number} has points from ${span?.oldestMs} to ${span?.newestMs}`;
      law(
        span?.oldestMs === oldestMs && span.newestMs === newestMs,
        `${text}, its span ${oldestMs} to ${newestMs}`,
      );
      law(span.newest.has(newestValue), `${text}, but its newest value is ${newestValue}`);
    });
    law(isWhole, 'a page of spans does not read');
  }
  law(found === wanted.size, `${wanted.size} series have points, ${found} spans`);
}
