/**
 * An exponentially weighted mean whose first points have equal weights, so that no choice of a start remains: the weight of the newest is
 * 1 / n until that is less than alpha.
 */
export class MovingMean {
  value = 0;
  #count = 0;
  readonly #alpha: number;

  constructor(alpha: number) {
    this.#alpha = alpha;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Answers how far the value lies from the mean of those before it; 0 for the first. */
  push(value: number): number {
    const residual = this.#count === 0 ? 0 : value - this.value;
    this.#count++;
    if (this.#count === 1) this.value = value;
    else this.value += Math.max(this.#alpha, 1 / this.#count) * residual;
    return residual;
  }
}
