import { assert } from '../assert.js';
import { type BitSink, bitLength53 } from './bit-sink.js';
import type { BitSource } from './bit-source.js';
import { BUCKET_INDEX_MAX } from './bucket.js';
import { firstAtOrAfter } from './first-at-or-after.js';
import { readNear, readSplit, splitBitsMax, writeNear, writeSplit } from './split-code.js';
import { PRIOR_COUNT_MIN, PRIOR_WIDTH_MIN, SplitPrior } from './split-prior.js';

/**
 * A sorted set of places with counts, as bits close to its entropy without a model of the distribution: a range is
 * halved again and again, and each half's share of the values is written (split-code.ts). Empty halves cost
 * nothing, so gaps are free; where values are dense the shares carry what Poisson counts carry. It is the dual of
 * the interpolative code of Moffat and Stuiver (2000), which writes the middle value and knows the share.
 *
 *              [0 .......... 8) 5 values            the caller has written: how many values, and the range;
 *           [0 .. 4) 3      [4 .. 8) 2              the first and the last place hold one value each and
 *        [0 2) 1  [2 4) 2   ...                     are not written again
 *
 * Ranges are the dyadic ones over the places relative to the first. The one range at each level that reaches beyond
 * the last place has no symmetry to use, so its share is written as a uniform number. One value alone in a range is
 * written as its place in it, uniformly. Where the set before this one is known (split-prior.ts), large shares are written as
 * their distance from what it lets expect.
 */

/** Places lie closer together than this: all buckets of both signs, and zero. */
export const PLACE_RANGE_MAX = 2 * BUCKET_INDEX_MAX + 1;
const LEVELS = bitLength53(PLACE_RANGE_MAX - 1);

/** Sets of fewer values are written with integers of 32 bits. */
const INT32_COUNTS = 2 ** 31;

/** Values in one set: beyond this a count could not be folded within 53 bits. */
export const SPLIT_COUNT_MAX = 2 ** 51;

/** The most bytes of a set of `length` places and `count` values, for callers who must make room. */
export function splitBytesMax(length: number, count: number): number {
  return Math.ceil((length * LEVELS * Math.max(splitBitsMax(count), LEVELS)) / 8) + 8;
}

/** Scratch for one set at a time. After `tryRead`, `places` and `counts` hold the set, ascending. */
export class BucketSplit {
  places = new Int32Array(64);
  counts = new Float64Array(64);
  length = 0;
  /** Empty, unless the caller gives it each set behind which another one follows. */
  readonly prior = new SplitPrior();
  #first = 0;
  #range = 0;
  /**
   * The total of the counts before each place, for writing. Integers of 32 bits as long as they do, because the
   * engine then keeps the whole recursion in untagged integers.
   */
  #before = new Int32Array(65);
  #beforeMany = new Float64Array(65);
  #few = true;
  #failed = false;

  /** Makes room for `length` places, keeping what is there. */
  reserve(length: number): void {
    if (length <= this.places.length) return;
    const capacity = Math.max(length, this.places.length * 2);
    const places = new Int32Array(capacity);
    places.set(this.places);
    this.places = places;
    const counts = new Float64Array(capacity);
    counts.set(this.counts);
    this.counts = counts;
  }

  /**
   * Takes the set to write from columns of the caller: places [placesFrom, ..) ascending and counts [countsFrom, ..),
   * 2 or more of them, `total` values in all. Six primitives: a row of six points is not worth an object.
   */
  load(
    places: Int32Array,
    placesFrom: number,
    counts: Float64Array,
    countsFrom: number,
    length: number,
    total: number,
  ): void {
    assert(length >= 2 && total <= SPLIT_COUNT_MAX, 'a split set must have two places and a countable total');
    this.reserve(length);
    if (length >= this.#before.length) {
      this.#before = new Int32Array(this.places.length + 1);
      this.#beforeMany = new Float64Array(this.places.length + 1);
    }
    const before = total < INT32_COUNTS ? this.#before : this.#beforeMany;
    const own = this.places;
    const first = places[placesFrom]!;
    this.#first = first;
    // The first place holds one value that is known without being written, and so does the last.
    let seen = -1;
    before[0] = 0;
    for (let i = 0; i < length; i++) {
      own[i] = places[placesFrom + i]! - first;
      seen += counts[countsFrom + i]!;
      before[i + 1] = seen;
    }
    before[length] = seen - 1;
    assert(seen + 1 === total, 'the total of a split set must be that of its counts');
    this.length = length;
    this.#few = total < INT32_COUNTS;
  }

  /** Writes the loaded set. */
  write(sink: BitSink): void {
    const last = this.length - 1;
    this.#range = this.places[last]! + 1;
    const before = this.#few ? this.#before : this.#beforeMany;
    this.#writeRange(sink, before, 0, widthFor(this.#range), 0, this.length);
  }

  // Six primitives: an object for each of some thousand ranges would be garbage.
  /** Writes the range [low, low + width), in which the places [start, end) lie. */
  #writeRange(
    sink: BitSink,
    before: Int32Array | Float64Array,
    low: number,
    width: number,
    start: number,
    end: number,
  ): void {
    const places = this.places;
    const range = this.#range;
    let count = before[end]! - before[start]!;
    while (count > 1 && width > 1) {
      width >>>= 1;
      const middle = low + width;
      if (middle >= range) continue;
      const split = firstAtOrAfter(places, start, end, middle);
      const left = before[split]! - before[start]!;
      if (this.#isExpected(low, middle, middle + width, count)) {
        writeNear(sink, left, this.prior.left, this.prior.parameter);
      } else if (middle + width > range) sink.uniform(left, count + 1);
      else writeSplit(sink, count, left);
      if (left > 0) this.#writeRange(sink, before, low, width, start, split);
      low = middle;
      count -= left;
      start = split;
    }
    if (count !== 1 || width === 1) return;
    while (before[start + 1] === before[start]) start++;
    sink.uniform(places[start]! - low, Math.min(width, range - low));
  }

  /**
   * Reads a set of `total` values (2..SPLIT_COUNT_MAX) whose first place is `first` and which spans `range` places
   * (2..PLACE_RANGE_MAX). False if no writer made these bits; the work is bounded by the bits there are.
   */
  tryRead(source: BitSource, first: number, range: number, total: number): boolean {
    this.#first = first;
    this.#range = range;
    this.#failed = false;
    this.length = 0;
    this.#push(0, 1);
    this.#readRange(source, 0, widthFor(range), total - 2);
    if (this.#failed || source.overrun) return false;
    this.#push(range - 1, 1);
    if (first !== 0) for (let i = 0; i < this.length; i++) this.places[i] = this.places[i]! + first;
    return true;
  }

  #readRange(source: BitSource, low: number, width: number, count: number): void {
    while (count > 1 && width > 1) {
      const half = width >>> 1;
      const middle = low + half;
      if (middle >= this.#range) {
        width = half;
        continue;
      }
      const left = this.#readLeft(source, low, middle, low + width, count);
      // The second test: nothing that passes below can make `count` grow or leave 0..count.
      if (!(left <= count) || source.overrun) {
        this.#failed = true;
        return;
      }
      if (left > 0) {
        this.#readRange(source, low, half, left);
        if (this.#failed) return;
      }
      low = middle;
      width = half;
      count -= left;
    }
    if (count === 0) return;
    if (width > 1) low += source.uniform(Math.min(width, this.#range - low));
    this.#push(low, count);
  }

  /** How many of `count` values of the range [low, high) lie before its middle; NaN for a code that no writer makes. */
  #readLeft(source: BitSource, low: number, middle: number, high: number, count: number): number {
    if (this.#isExpected(low, middle, high, count)) {
      return readNear(source, count, this.prior.left, this.prior.parameter);
    }
    return high > this.#range ? source.uniform(count + 1) : readSplit(source, count);
  }

  /** Whether the set before tells what to expect; it is asked for no places beyond the last one of this set. */
  #isExpected(low: number, middle: number, high: number, count: number): boolean {
    if (count < PRIOR_COUNT_MIN || high - low < PRIOR_WIDTH_MIN) return false;
    const first = this.#first;
    return this.prior.tryExpect(first + low, first + middle, first + Math.min(high, this.#range), count);
  }

  #push(place: number, count: number): void {
    if (this.length > 0 && this.places[this.length - 1] === place) {
      this.counts[this.length - 1] = this.counts[this.length - 1]! + count;
      return;
    }
    this.reserve(this.length + 1);
    this.places[this.length] = place;
    this.counts[this.length++] = count;
  }
}

/** The power of two that covers a range of 1..2^30. */
function widthFor(range: number): number {
  return range <= 1 ? 1 : 1 << (32 - Math.clz32(range - 1));
}
