import { bucketMid } from '../histogram/bucket.js';
import { OCTAVE_BIAS, PAGE_COUNTERS, PAGE_SHIFT } from './live-windows-layout.js';

const INITIAL_PAGES = 16;
// The engine folds a module's own constants into the code, and loads imported ones from memory at each use.
const PAGE_LENGTH = PAGE_COUNTERS;

/**
 * The sum of many pages: a dense page of 128 counters for each octave that has points, ascending with the value, and
 * the zeros apart. Private to one thread, grows to the octaves it has seen and allocates nothing once it has. Counters
 * are float64, so the sum over any number of shards stays exact up to 2^53 points.
 */
export class LiveHistogram {
  /** Points in it. */
  count = 0;
  #zeros = 0;
  #pageCount = 0;
  /** By octave + OCTAVE_BIAS: the octave's page + 1, or 0. */
  readonly #pages = new Int32Array(2 * OCTAVE_BIAS);
  /** The octaves that have a page, ascending. */
  #octaves = new Int32Array(INITIAL_PAGES);
  #counters = new Float64Array(INITIAL_PAGES * PAGE_COUNTERS);

  clear(): void {
    for (let i = 0; i < this.#pageCount; i++) this.#pages[this.#octaves[i]! + OCTAVE_BIAS] = 0;
    this.#counters.fill(0, 0, this.#pageCount << PAGE_SHIFT);
    this.#pageCount = 0;
    this.#zeros = 0;
    this.count = 0;
  }

  addZeros(count: number): void {
    this.#zeros += count;
    this.count += count;
  }

  /** Adds the 128 counters of `words` from `at` on; `octave` in -OCTAVE_BIAS..OCTAVE_BIAS - 1. */
  addPage(octave: number, words: Int32Array, at: number): void {
    const to = this.#pageOf(octave);
    const counters = this.#counters;
    let count = 0;
    // Four at a time: most pages are of octaves that few values fall into, and empty ones are passed over at a word's price.
    for (let i = 0; i < PAGE_LENGTH; i += 4) {
      const a = words[at + i]!;
      const b = words[at + i + 1]!;
      const c = words[at + i + 2]!;
      const d = words[at + i + 3]!;
      if ((a | b | c | d) === 0) continue;
      counters[to + i] = counters[to + i]! + (a >>> 0);
      counters[to + i + 1] = counters[to + i + 1]! + (b >>> 0);
      counters[to + i + 2] = counters[to + i + 2]! + (c >>> 0);
      counters[to + i + 3] = counters[to + i + 3]! + (d >>> 0);
      count += (a >>> 0) + (b >>> 0) + (c >>> 0) + (d >>> 0);
    }
    this.count += count;
  }

  merge(other: LiveHistogram): void {
    for (let page = 0; page < other.#pageCount; page++) {
      const octave = other.#octaves[page]!;
      const to = this.#pageOf(octave);
      const from = (other.#pages[octave + OCTAVE_BIAS]! - 1) << PAGE_SHIFT;
      for (let i = 0; i < PAGE_LENGTH; i++) {
        this.#counters[to + i] = this.#counters[to + i]! + other.#counters[from + i]!;
      }
    }
    this.#zeros += other.#zeros;
    this.count += other.count;
  }

  /** The middle of the bucket that holds the point of `rank`, 1..count, in ascending order of value. */
  valueOfRank(rank: number): number {
    let left = rank;
    let zerosPassed = this.#zeros === 0;
    for (let k = 0; k < this.#pageCount; k++) {
      const octave = this.#octaves[k]!;
      if (octave >= 0 && !zerosPassed) {
        left -= this.#zeros;
        if (left <= 0) return 0;
        zerosPassed = true;
      }
      const from = (this.#pages[octave + OCTAVE_BIAS]! - 1) << PAGE_SHIFT;
      for (let i = 0; i < PAGE_LENGTH; i++) {
        left -= this.#counters[from + i]!;
        // A positive octave begins at index 128k + 1, a negative one at 128k: zero stands between them.
        if (left <= 0) return bucketMid((octave << PAGE_SHIFT) + i + (octave >= 0 ? 1 : 0));
      }
    }
    return 0;
  }

  /** Where the octave's counters begin; makes its page when there is none. */
  #pageOf(octave: number): number {
    const known = this.#pages[octave + OCTAVE_BIAS]!;
    if (known !== 0) return (known - 1) << PAGE_SHIFT;
    if (this.#pageCount === this.#octaves.length) this.#grow();
    let i = this.#pageCount++;
    for (; i > 0 && this.#octaves[i - 1]! > octave; i--) this.#octaves[i] = this.#octaves[i - 1]!;
    this.#octaves[i] = octave;
    this.#pages[octave + OCTAVE_BIAS] = this.#pageCount;
    return (this.#pageCount - 1) << PAGE_SHIFT;
  }

  #grow(): void {
    const octaves = new Int32Array(this.#octaves.length * 2);
    octaves.set(this.#octaves);
    this.#octaves = octaves;
    const counters = new Float64Array(this.#counters.length * 2);
    counters.set(this.#counters);
    this.#counters = counters;
  }
}
