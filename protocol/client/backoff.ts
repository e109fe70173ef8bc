/**
 * How long to wait before the next try: exponential with full jitter, that is uniform between 0 and a ceiling
 * that doubles with every failure. A thousand producers that lost one engine come back spread out evenly
 * (M. Brooker, "Exponential Backoff And Jitter", 2015).
 */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #ceilingMs: number;

  constructor(minMs: number, maxMs: number, random: () => number) {
    this.#minMs = minMs;
    this.#maxMs = Math.max(minMs, maxMs);
    this.#random = random;
    this.#ceilingMs = minMs;
  }

  /** The wait after one more failure. */
  nextDelayMs(): number {
    const delayMs = this.#random() * this.#ceilingMs;
    this.#ceilingMs = Math.min(this.#maxMs, this.#ceilingMs * 2);
    return delayMs;
  }

  /** Something worked: the next failure is a first one again. */
  reset(): void {
    this.#ceilingMs = this.#minMs;
  }
}
