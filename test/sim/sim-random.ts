/**
 * The only source of chance in the simulator: mulberry32, one 32-bit word of state, so that one number replays a run.
 * Parts that must not disturb each other's numbers take a `fork`.
 */
export class SimRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number in [0, end). */
  int(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** A whole number in [low, high]. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** A size in [1, max]: often a few, because edges are where things are small. */
  size(max: number): number {
    return this.chance(0.3) ? this.between(1, Math.min(3, max)) : this.between(1, max);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]!;
  }

  /** An index, each as likely as its weight. */
  weighted(weights: readonly number[]): number {
    let rest = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < weights.length; i++) if ((rest -= weights[i]!) < 0) return i;
    return weights.length - 1;
  }

  /** 32 bits that a C programmer would call unsigned. */
  word(): number {
    return Math.floor(this.next() * 2 ** 32);
  }

  fork(): SimRandom {
    return new SimRandom(this.word());
  }
}
