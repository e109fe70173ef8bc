import { TIER_TABLES } from '../../src/store/tier-tables.js';
import type { DurableView } from './durable-view.js';
import { law } from './sim-failure.js';

/** Behind a sweep by which nothing else happened, no segment that has ended holds a series whose time is over, and no tier is too large. */
export function checkSwept({ segments, series, keeping }: DurableView): void {
  for (const { tier, endMs, series: inIt } of segments.ends()) {
    for (const name of inIt) {
      const [group, number] = name.split('/').map(Number) as [number, number];
      const text = series.textOf(group, number)!;
      const mustGoMs = keeping.mustGoBeforeMs(text, tier.tier);
      law(
        endMs > mustGoMs,
        () =>
          `a sweep left ${text} in a segment of ${tier.name} that ends at ${endMs}, not after ${mustGoMs}`,
      );
    }
  }
  for (const tier of TIER_TABLES) {
    const [bytes, most] = [segments.bytesOf(tier), keeping.bytesMax[tier.tier]!];
    law(bytes <= most, `a sweep left ${bytes} bytes in ${tier.name}, which may have ${most}`);
  }
}
