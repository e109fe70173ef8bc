/** Part of the points that lie above the level from which on the tail is modelled. */
const TAIL_PART = 0.01;

/** How fast the mean excess follows new points of the tail. */
const EXCESS_ALPHA = 0.02;

/** The level moves by this part of twice the mean excess at least; the first points move it further. */
const STEP_LEAST = 0.01;

/** A single excess counts as at most so many mean ones, so that one outlier doesn't make all others ordinary. */
const EXCESS_MOST = 10;

/** How many points the start counts for. */
const START_COUNT = 50;

/**
 * Turns magnitudes into -log10 of their tail probability in this series. The level that TAIL_PART of them exceed is tracked by stochastic
 * approximation (H. Robbins, S. Monro, 1951); above it the tail is taken as exponential with the mean excess (the simplest case
 * of the generalised Pareto distribution of peaks over a threshold). O(1), and it follows a series that changes.
 */
export class LogTail {
  #level: number;
  #excess: number;
  #count = START_COUNT;

  /** What the level and the mean excess above it are likely to be. */
  constructor(level: number, excess: number) {
    this.#level = level;
    this.#excess = excess;
  }

  /** The log tail of a magnitude by those before it, at least 0; takes it in. */
  push(magnitude: number): number {
    const above = magnitude - this.#level;
    const score = above > 0 ? -Math.log10(TAIL_PART) + above / (this.#excess * Math.LN10) : 0;
    this.#count++;
    const step = 2 * this.#excess * Math.max(STEP_LEAST, 1 / this.#count);
    this.#level += (above > 0 ? 1 - TAIL_PART : -TAIL_PART) * step;
    if (above > 0) {
      const counted = Math.min(above, EXCESS_MOST * this.#excess);
      this.#excess += Math.max(EXCESS_ALPHA, 1 / this.#count) * (counted - this.#excess);
    }
    return score;
  }
}
