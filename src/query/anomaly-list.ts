import type { FoundAnomaly } from '../http/present/anomalies.js';
import { LargestList } from './largest-list.js';

/** The strangest points that a scan met, at most `limit`, and how many there were. */
export class AnomalyList {
  total = 0;
  readonly #strangest: LargestList<FoundAnomaly>;

  constructor(limit: number) {
    this.#strangest = new LargestList(limit, byScore);
  }

  add(anomaly: FoundAnomaly): void {
    this.total++;
    this.#strangest.add(anomaly);
  }

  /** By time, then by series. */
  take(): FoundAnomaly[] {
    return this.#strangest.take().sort((a, b) => a.timeMs - b.timeMs || a.ordinal - b.ordinal);
  }
}

const byScore = (a: FoundAnomaly, b: FoundAnomaly): number =>
  b.score - a.score || a.timeMs - b.timeMs || a.ordinal - b.ordinal;
