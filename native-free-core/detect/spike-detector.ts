import { LogTail } from './log-tail.js';
import type { StreamDetector } from './stream-detector.js';

/** Weight of the newest point: a memory of about 100 points. */
const ALPHA = 0.01;

/** Points are pulled in to this many deviations before they change what is expected. */
const CLIP = 4;

/** Points before which nothing is clipped and nothing is scored. */
const WARM_UP_POINTS = 30;

/** The distance that 1 % of normal values exceed, in deviations, and by how much on average. */
const NORMAL_LEVEL = 2.576;
const NORMAL_EXCESS = 0.32;

/**
 * Spikes: the distance from an exponentially weighted mean in its exponentially weighted deviations, both of winsorised points
 * so that a spike neither moves what is expected nor hides the next one; then its tail probability in this series.
 */
export class SpikeDetector implements StreamDetector {
  expected = 0;
  deviation = 0;
  readonly #tail = new LogTail(NORMAL_LEVEL, NORMAL_EXCESS);
  #mean = 0;
  #square = 0;
  #count = 0;

  push(_timeMs: number, value: number): number {
    this.#count++;
    if (this.#count === 1) this.#mean = value;
    const residual = value - this.#mean;
    this.expected = this.#mean;
    this.deviation = Math.sqrt(this.#square);
    const { deviation } = this;
    const isWarm = this.#count > WARM_UP_POINTS;
    const bound = isWarm && deviation > 0 ? CLIP * deviation : Number.POSITIVE_INFINITY;
    const pulled = Math.max(-bound, Math.min(bound, residual));
    const weight = Math.max(ALPHA, 1 / this.#count);
    this.#mean += weight * pulled;
    this.#square += weight * (pulled * pulled - this.#square);
    return isWarm && deviation > 0 ? this.#tail.push(Math.abs(residual) / deviation) : 0;
  }
}
