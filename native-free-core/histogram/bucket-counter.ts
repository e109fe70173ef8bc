import { BUCKET_INDEX_MAX, bucketIndex } from './bucket.js';

/** Up to this many values are sorted by insertion; bench/micro/native-free-core/histogram has the crossing. */
const INSERTION_MAX = 8;

const SPACE = 2 * BUCKET_INDEX_MAX + 1;

/**
 * Turns values in any order into their buckets, ascending, with counts. Few values are sorted by insertion; many
 * are counted in a table of all buckets, whose used places are found again through two levels of bitmaps. The
 * table is 2 MiB of address space, of which only the pages of buckets that occur are touched; one a thread is enough.
 */
export class BucketCounter {
  readonly #table = new Uint32Array(SPACE);
  readonly #used = new Int32Array((SPACE >>> 5) + 1);
  readonly #usedWords = new Int32Array((SPACE >>> 10) + 1);
  /** The words of #usedWords that the last #count touched. */
  #low = 0;
  #high = 0;

  /**
   * Counts the finite values [start, end), at most 2^32 - 1 of them, and writes their buckets from `at` on into
   * columns of the caller that have room for as many buckets as values. Answers the place after the last bucket.
   * Six arguments: an object for each window of six points would be garbage.
   */
  countInto(
    values: Float64Array,
    start: number,
    end: number,
    indexes: Int32Array,
    counts: Float64Array,
    at: number,
  ): number {
    if (end - start > INSERTION_MAX) {
      this.#count(values, start, end);
      return this.#collect(indexes, counts, at);
    }
    let length = at;
    for (let i = start; i < end; i++) {
      const index = bucketIndex(values[i]!);
      let place = length++;
      while (place > at && indexes[place - 1]! > index) {
        indexes[place] = indexes[place - 1]!;
        place--;
      }
      indexes[place] = index;
    }
    return countRepeats(indexes, counts, at, length);
  }

  #count(values: Float64Array, start: number, end: number): void {
    const table = this.#table;
    const used = this.#used;
    const usedWords = this.#usedWords;
    let low = usedWords.length;
    let high = 0;
    for (let i = start; i < end; i++) {
      const place = bucketIndex(values[i]!) + BUCKET_INDEX_MAX;
      table[place] = table[place]! + 1;
      // Marked each time: a test whether it is the first of its bucket would be mispredicted half of the time.
      const word = place >>> 5;
      used[word] = used[word]! | (1 << (place & 31));
      const top = place >>> 10;
      usedWords[top] = usedWords[top]! | (1 << (word & 31));
      if (top < low) low = top;
      if (top > high) high = top;
    }
    this.#low = low;
    this.#high = high;
  }

  /** Takes the used places out of the table, which is all zeros again afterwards. */
  #collect(indexes: Int32Array, counts: Float64Array, at: number): number {
    const table = this.#table;
    let length = at;
    for (let top = this.#low; top <= this.#high; top++) {
      let words = this.#usedWords[top]!;
      this.#usedWords[top] = 0;
      while (words !== 0) {
        const word = (top << 5) + 31 - Math.clz32(words & -words);
        words &= words - 1;
        let bits = this.#used[word]!;
        this.#used[word] = 0;
        while (bits !== 0) {
          const place = (word << 5) + 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          indexes[length] = place - BUCKET_INDEX_MAX;
          counts[length++] = table[place]!;
          table[place] = 0;
        }
      }
    }
    return length;
  }
}

/** Folds the sorted indexes [at, end) in place into different ones with counts; answers the new end. */
function countRepeats(indexes: Int32Array, counts: Float64Array, at: number, end: number): number {
  let length = at;
  for (let i = at; i < end; ) {
    const index = indexes[i]!;
    const from = i++;
    while (i < end && indexes[i] === index) i++;
    indexes[length] = index;
    counts[length++] = i - from;
  }
  return length;
}
