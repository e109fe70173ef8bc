import type { TierTable } from '../../src/store/tier-tables.js';
import { PointHistory } from './point-history.js';
import type { StoredRun } from './read-segment.js';

/** What cells and spans are held to: every point that was ever stored, and what may have been lost of it. */
export interface StoredTruth {
  readonly history: PointHistory;
  readonly losses: {
    isPartial(window: string): boolean;
    isSeriesPartial(tier: TierTable, series: string): boolean;
    isTouched(series: string): boolean;
    isAtWork(series: string, startMs: number, endMs: number): boolean;
  };
  readonly keeping: { readonly longestTier: number };
}

const no = (): boolean => false;

/** These points are all that there ever were, and nothing is lost. */
export function truthOf(runs: readonly StoredRun[]): StoredTruth {
  const history = new PointHistory();
  for (const { group, number, times, values } of runs) {
    times.forEach((timeMs, i) => {
      history.add({ group, number, timeMs, value: values[i]! });
    });
  }
  const losses = { isPartial: no, isSeriesPartial: no, isTouched: no, isAtWork: no };
  return { history, losses, keeping: { longestTier: 0 } };
}
