import type { FoundAnomaly } from '../http/present/anomalies.js';

/** The strangest points that a scan met, at most `limit`, and how many there were. */
export class AnomalyList {
  total = 0;
  readonly #limit: number;
  #items: FoundAnomaly[] = [];
  /** Scores below this are not among the strangest any more. */
  #least = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(anomaly: FoundAnomaly): void {
    this.total++;
    if (anomaly.score < this.#least) return;
    this.#items.push(anomaly);
    // Twice the limit is sorted at once, so an addition costs a few comparisons whatever comes.
    if (this.#items.length >= 2 * this.#limit) this.#shorten();
  }

  /** By time, then by series. */
  take(): FoundAnomaly[] {
    this.#shorten();
    return this.#items.sort((a, b) => a.timeMs - b.timeMs || a.ordinal - b.ordinal);
  }

  #shorten(): void {
    this.#items.sort((a, b) => b.score - a.score || a.timeMs - b.timeMs || a.ordinal - b.ordinal);
    this.#items.length = Math.min(this.#items.length, this.#limit);
    if (this.#items.length === this.#limit) this.#least = this.#items.at(-1)?.score ?? this.#least;
  }
}
