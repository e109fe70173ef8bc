import { bitLength53 } from './bit-sink.js';
import { firstAtOrAfter } from './first-at-or-after.js';

/** What is said of fewer values than this costs less as a share from the table of split-code.ts, and tells less. */
export const PRIOR_COUNT_MIN = 32;

/** In a narrower range values are spread so evenly that half of them to a side is as good a guess (0.6 bytes of 247 a row), and it is free. */
export const PRIOR_WIDTH_MIN = 64;

/** A variance beyond this one is not told from it. */
const VARIANCE_MAX = 2 ** 52;

/**
 * The set that was written before, for the next one to be expected like it: a metric's distribution is much the same
 * from one minute to the next, and how many of a thousand values lie in which half of a wide range is what a code
 * without a model pays most for. Writer and reader both ask it, so its operations and their order are part of the format.
 */
export class SplitPrior {
  /** After `tryExpect`: how many of the values are expected on the left, and the Rice parameter of the distance from it. */
  left = 0;
  parameter = 0;

  #places = new Int32Array(0);
  /** How many values lie before each place; one more than places. */
  #before = new Float64Array(1);
  #length = 0;

  /** Expects nothing: at the beginning of a run. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Takes the set that the next one is expected to be like, of `total` values, as BucketSplit.load has it. Six primitives:
   * an object a row would be garbage.
   */
  take(
    places: Int32Array,
    placesFrom: number,
    counts: Float64Array,
    countsFrom: number,
    length: number,
    total: number,
  ): void {
    this.#length = total < PRIOR_COUNT_MIN ? 0 : length;
    if (this.#length > this.#places.length) {
      this.#places = new Int32Array(length * 2);
      this.#before = new Float64Array(length * 2 + 1);
    }
    let seen = 0;
    for (let i = 0; i < this.#length; i++) {
      this.#places[i] = places[placesFrom + i]!;
      seen += counts[countsFrom + i]!;
      this.#before[i + 1] = seen;
    }
  }

  /**
   * Expects of `count` values in the places [low, high) how many lie before `middle`. False where the set before had too few
   * values there. Two binomial counts lie apart what the variances of both allow.
   */
  tryExpect(low: number, middle: number, high: number, count: number): boolean {
    if (this.#length === 0) return false;
    const start = firstAtOrAfter(this.#places, 0, this.#length, low);
    const end = firstAtOrAfter(this.#places, start, this.#length, high);
    const known = this.#before[end]! - this.#before[start]!;
    if (known < PRIOR_COUNT_MIN) return false;
    const split = firstAtOrAfter(this.#places, start, end, middle);
    this.left = Math.floor(count * ((this.#before[split]! - this.#before[start]!) / known));
    const variance = Math.floor(Math.min(count * (1 + count / known), VARIANCE_MAX));
    this.parameter = (bitLength53(variance) >> 1) - 1;
    return true;
  }
}
