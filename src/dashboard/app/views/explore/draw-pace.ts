/** Least time between two updates, ms: ten, four and two a second. */
const GAPS_MS = [100, 250, 500] as const;

/** Share of the time that drawing may take; with more of it the page would answer nobody's keys. */
const SHARE_MAX = 0.25;

/** It goes faster again when it would take less than this share there: not at once, and not to and fro. */
const SHARE_CALM = 0.1;

/** Updates whose median decides: one that a garbage collection made slow says nothing. */
const COSTS_KEPT = 5;

/** How often a chart is drawn while data is pushed: less often when drawing gets slow, as always when it is quick again. */
export class DrawPace {
  #level = 0;
  #costs: number[] = [];

  /** Least time between two updates, ms. */
  get gapMs(): number {
    return GAPS_MS[this.#level]!;
  }

  get updatesPerSecond(): number {
    return 1_000 / this.gapMs;
  }

  get isSlow(): boolean {
    return this.#level > 0;
  }

  /** An update took so long, until it was on the screen. */
  drew(costMs: number): void {
    this.#costs.push(costMs);
    if (this.#costs.length < COSTS_KEPT) return;
    const median = this.#costs.sort((a, b) => a - b)[COSTS_KEPT >> 1]!;
    this.#costs = [];
    const faster = GAPS_MS[this.#level - 1];
    if (median > SHARE_MAX * this.gapMs) this.#level = Math.min(this.#level + 1, GAPS_MS.length - 1);
    else if (faster !== undefined && median < SHARE_CALM * faster) this.#level--;
  }
}
