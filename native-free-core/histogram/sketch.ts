import { assert } from '../assert.js';
import { bucketIndex, bucketMid } from './bucket.js';
import { nearestRank } from './nearest-rank.js';
import type { PagedHistogram } from './paged-histogram.js';

/** Bytes of an object, two views and their buffers, besides the entries. */
const SKETCH_BYTES = 400;

/**
 * The sparse form of a histogram: the buckets that occur, ascending, with counts. Merging adds counts, so it is
 * associative and commutative, and the empty sketch is its identity, exactly while counts stay below 2^53.
 *
 * The arrays belong to the sketch and grow; only their first `length` entries mean something. They are replaced
 * when they grow, so a caller takes them anew after each change. No allocation once they are large enough.
 */
export class Sketch {
  indexes: Int32Array;
  counts: Float64Array;
  length = 0;
  /** All values together: the total of the counts. */
  count = 0;

  constructor(capacity = 16) {
    this.indexes = new Int32Array(capacity);
    this.counts = new Float64Array(capacity);
  }

  /** About what it takes, bytes. */
  get bytes(): number {
    return SKETCH_BYTES + 12 * this.indexes.length;
  }

  reset(): void {
    this.length = 0;
    this.count = 0;
  }

  /** Counts a finite value `times` times. */
  add(value: number, times = 1): void {
    this.addBucket(bucketIndex(value), times);
  }

  addBucket(index: number, times: number): void {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.indexes[middle]! < index) low = middle + 1;
      else high = middle;
    }
    this.count += times;
    if (low < this.length && this.indexes[low] === index) {
      this.counts[low] = this.counts[low]! + times;
      return;
    }
    this.reserve(this.length + 1);
    this.indexes.copyWithin(low + 1, low, this.length);
    this.counts.copyWithin(low + 1, low, this.length);
    this.indexes[low] = index;
    this.counts[low] = times;
    this.length++;
  }

  /** Counts `count` finite values from `start` on, which must be ascending. */
  addSorted(values: Float64Array, start: number, count: number): void {
    if (count === 0) return;
    const end = start + count;
    const run = sortedRun;
    run.reset();
    for (let i = start; i < end; ) {
      const index = bucketIndex(values[i]!);
      const from = i++;
      while (i < end && bucketIndex(values[i]!) === index) i++;
      assert(run.length === 0 || run.indexes[run.length - 1]! < index, 'the values of addSorted must ascend');
      run.append(index, i - from);
    }
    this.addBuckets(run.indexes, run.counts, 0, run.length);
  }

  /** Adds a bucket above all that are there: how sorted sources fill a sketch. */
  append(index: number, times: number): void {
    this.reserve(this.length + 1);
    this.indexes[this.length] = index;
    this.counts[this.length++] = times;
    this.count += times;
  }

  merge(other: Sketch): void {
    this.addBuckets(other.indexes, other.counts, 0, other.length);
  }

  /** Adds the ascending buckets [from, to) of columns that are not this sketch's own. */
  addBuckets(indexes: Int32Array, counts: Float64Array, from: number, to: number): void {
    assert(indexes !== this.indexes, 'a sketch merges another one into itself');
    const union = unionLength(this.indexes, this.length, indexes, from, to);
    this.reserve(union);
    // From the back, so that no bucket is overwritten before it has moved.
    let mine = this.length - 1;
    let theirs = to - 1;
    for (let place = union - 1; theirs >= from; place--) {
      const index = indexes[theirs]!;
      const own = mine >= 0 ? this.indexes[mine]! : Number.NEGATIVE_INFINITY;
      if (own > index) {
        this.indexes[place] = own;
        this.counts[place] = this.counts[mine--]!;
        continue;
      }
      const times = counts[theirs--]!;
      this.count += times;
      this.indexes[place] = index;
      this.counts[place] = own === index ? this.counts[mine--]! + times : times;
    }
    this.length = union;
  }

  /** Takes over what a histogram of this thread has counted; its overflow has no bucket and stays behind. */
  fromHistogram(histogram: PagedHistogram): void {
    this.reset();
    this.reserve(histogram.distinct());
    this.length = histogram.bucketsInto(this.indexes, this.counts);
    this.count = histogram.count - histogram.overflow;
  }

  /** The nearest-rank percentile (0..100) within BUCKET_RELATIVE_ERROR; NaN for an empty sketch. */
  quantile(percent: number): number {
    if (this.length === 0) return Number.NaN;
    return bucketMid(bucketOfRank(this.indexes, this.counts, 0, nearestRank(percent, this.count)));
  }

  /** Makes room for `length` buckets, keeping what is there. */
  reserve(length: number): void {
    if (length <= this.indexes.length) return;
    const capacity = Math.max(length, this.indexes.length * 2);
    const indexes = new Int32Array(capacity);
    indexes.set(this.indexes);
    this.indexes = indexes;
    const counts = new Float64Array(capacity);
    counts.set(this.counts);
    this.counts = counts;
  }
}

/** The bucket in which `rank` values are reached, of ascending buckets from `from` on that hold at least as many. */
export function bucketOfRank(indexes: Int32Array, counts: Float64Array, from: number, rank: number): number {
  let place = from;
  for (let seen = counts[place]!; seen < rank; seen += counts[place]!) place++;
  return indexes[place]!;
}

/** How many different buckets two ascending columns have together. */
function unionLength(own: Int32Array, length: number, other: Int32Array, from: number, to: number): number {
  if (length === 0 || from === to || own[length - 1]! < other[from]!) return length + to - from;
  let union = length + to - from;
  for (let i = 0, j = from; i < length && j < to; ) {
    const difference = own[i]! - other[j]!;
    if (difference === 0) union--;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return union;
}

/** Scratch of this thread for addSorted. */
const sortedRun = new Sketch(64);
