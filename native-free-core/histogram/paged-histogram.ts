import { assert } from '../assert.js';
import { READ_RETRIES_MAX } from '../limits.js';
import { BUCKET_INDEX_MAX, bucketIndex, bucketMid } from './bucket.js';
import {
  COUNT_F64,
  COUNTER_MAX,
  COUNTER_MAX_SIGNED,
  DIRECTORY_PAGE_BITS,
  DIRECTORY_PAGE_MASK,
  directoryWords,
  HISTOGRAM_HEADER_BYTES,
  MAX_F64,
  MIN_F64,
  OVERFLOW_F64,
  PAGE_WORDS,
  PAGES_WORD,
  POSITIVE_KEY_MIN,
  REJECTED_F64,
  SEQUENCE_WORD,
  SUM_F64,
  WORD_BYTES,
  ZEROS_F64,
} from './histogram-layout.js';
import { HistogramPool } from './histogram-pool.js';
import { type WalkedHistogram, walkBuckets } from './histogram-walk.js';
import { nearestRank } from './nearest-rank.js';

/**
 * A counting histogram over caller-owned, perhaps shared memory (histogram-layout.ts): a page of 128 counters for
 * each octave and sign that has occurred, found through a small directory.
 *
 * Who may do what: the thread that owns the pool calls `record`, `reset` and is the only writer. Every other
 * thread attaches a PagedHistogram of its own to the same memory and calls nothing but `copyInto`.
 *
 * What a copy means:
 *  1. Each word is written by the owner only. Counters and directory words are read atomically; the float64 words
 *     of the header are aligned, and no 64-bit machine tears them.
 *  2. `reset` makes the sequence word odd before and even after; a copy that saw two different or an odd sequence
 *     is thrown away and tried again, so a copy never mixes two generations of the histogram. A page that moved
 *     to another histogram meanwhile had to pass a reset.
 *  3. Within one generation counters only grow. A copied counter holds every value recorded before the copy began
 *     and perhaps some recorded while it ran. The copy's count is the total of the copied counters, so its
 *     quantiles are those of a real set; its sum, min and max may be ahead of or behind it by the few values in flight.
 *
 * Limits: values that find no page (the pool or this histogram's share is used up) or whose counter is at 2^32 - 1
 * are in count, sum, min, max and in `overflow`, and not in the quantiles.
 */
export class PagedHistogram {
  readonly #pool: HistogramPool;
  readonly #words: Uint32Array;
  readonly #signedWords: Int32Array;
  readonly #numbers: Float64Array;
  readonly #header: number; // word index
  readonly #base: number; // the same place as an index of float64
  readonly #directory: number;
  readonly #directoryMask: number;
  /** Where page -1 would be: a directory word counts pages from 1. */
  readonly #pageBase: number;

  constructor(pool: HistogramPool, histogramIndex: number) {
    this.#pool = pool;
    this.#words = pool.words;
    this.#signedWords = pool.signedWords;
    this.#numbers = pool.numbers;
    this.#header = pool.headerWord(histogramIndex);
    this.#base = this.#header / 2;
    this.#directory = this.#header + HISTOGRAM_HEADER_BYTES / WORD_BYTES;
    this.#pageBase = pool.pageWord(-1);
    this.#directoryMask = directoryWords(pool.sizes.pagesPerHistogram) - 1;
  }

  /** A histogram alone in private memory, with room for `pages` octaves. */
  static withOwnMemory(pages: number): PagedHistogram {
    return new PagedHistogram(
      HistogramPool.withOwnMemory({ pages, histograms: 1, pagesPerHistogram: pages }),
      0,
    );
  }

  get count(): number {
    return this.#numbers[this.#base + COUNT_F64]!;
  }
  get sum(): number {
    return this.#numbers[this.#base + SUM_F64]!;
  }
  /** Meaningless while count is 0, as is max. */
  get min(): number {
    return this.#numbers[this.#base + MIN_F64]!;
  }
  get max(): number {
    return this.#numbers[this.#base + MAX_F64]!;
  }
  get overflow(): number {
    return this.#numbers[this.#base + OVERFLOW_F64]!;
  }
  /** Values that were no finite numbers, and are counted nowhere else. */
  get rejected(): number {
    return this.#numbers[this.#base + REJECTED_F64]!;
  }
  get pages(): number {
    return this.#words[this.#header + PAGES_WORD]!;
  }

  /** Counts a value; one that is no finite number is only counted as rejected. */
  record(value: number): void {
    const index = bucketIndex(value);
    const place = (index < 0 ? -index : index) - 1;
    const octave = place >> 7;
    const key = index < 0 ? POSITIVE_KEY_MIN - 1 - octave : POSITIVE_KEY_MIN + octave;
    const words = this.#signedWords;
    const numbers = this.#numbers;
    const base = this.#base;
    // The first slot of the directory that the key can have; mostly it is there. It never is for 0 or NaN.
    const entry = words[this.#directory + (key & this.#directoryMask)]!;
    const word = this.#pageBase + (entry & DIRECTORY_PAGE_MASK) * PAGE_WORDS + (place & 127);
    const counter = words[word]!;
    const count = numbers[base + COUNT_F64]!;
    // What is rare is a method of its own: a larger function would not be inlined, and its argument be boxed.
    if (place < 0 || entry >>> DIRECTORY_PAGE_BITS !== key || counter === COUNTER_MAX_SIGNED || count === 0) {
      this.#recordRare(value, index);
      return;
    }
    numbers[base + COUNT_F64] = count + 1;
    numbers[base + SUM_F64] = numbers[base + SUM_F64]! + value;
    if (value < numbers[base + MIN_F64]!) numbers[base + MIN_F64] = value;
    if (value > numbers[base + MAX_F64]!) numbers[base + MAX_F64] = value;
    words[word] = counter + 1;
  }

  /** The first value, zeros, octaves that are new or not in their first slot, and what can't be counted. */
  #recordRare(value: number, index: number): void {
    const place = Math.abs(index) - 1;
    if (place >= BUCKET_INDEX_MAX) {
      this.#add(REJECTED_F64, 1);
      return;
    }
    const plain = value + 0; // -0 becomes 0
    this.#addHeader(plain, plain, plain);
    this.#add(COUNT_F64, 1);
    if (index === 0) {
      this.#add(ZEROS_F64, 1);
      return;
    }
    const octave = place >> 7;
    const page = this.#tryOpenPage(index < 0 ? POSITIVE_KEY_MIN - 1 - octave : POSITIVE_KEY_MIN + octave);
    const word = page + (place & 127);
    if (page < 0 || this.#signedWords[word] === COUNTER_MAX_SIGNED) this.#add(OVERFLOW_F64, 1);
    else this.#signedWords[word] = this.#signedWords[word]! + 1;
  }

  /** Empties the histogram and gives its pages back to the pool. Costs what its directory costs. */
  reset(): void {
    const words = this.#words;
    Atomics.add(words, this.#header + SEQUENCE_WORD, 1);
    if (words[this.#header + PAGES_WORD] !== 0) {
      for (let slot = this.#directory; slot <= this.#directory + this.#directoryMask; slot++) {
        const entry = words[slot]!;
        if (entry === 0) continue;
        Atomics.store(words, slot, 0);
        this.#pool.givePage((entry & DIRECTORY_PAGE_MASK) - 1);
      }
    }
    words[this.#header + PAGES_WORD] = 0;
    this.#numbers.fill(0, this.#base + COUNT_F64, this.#base + REJECTED_F64 + 1);
    Atomics.add(words, this.#header + SEQUENCE_WORD, 1);
  }

  /** Adds all that this one has counted to another histogram of the calling thread. */
  mergeInto(target: PagedHistogram): void {
    assert(
      target.#words !== this.#words || target.#header !== this.#header,
      'a histogram merges into another',
    );
    if (this.count > 0) target.#addHeader(this.sum, this.min, this.max);
    const zeros = this.#numbers[this.#base + ZEROS_F64]!;
    target.#add(COUNT_F64, this.count);
    target.#add(ZEROS_F64, zeros);
    target.#add(OVERFLOW_F64, this.overflow);
    target.#add(REJECTED_F64, this.rejected);
    for (let slot = this.#directory; slot <= this.#directory + this.#directoryMask; slot++) {
      const entry = this.#words[slot]!;
      if (entry !== 0)
        target.#addPage(entry >>> DIRECTORY_PAGE_BITS, this.#words, this.#entryPageWord(entry));
    }
  }

  /**
   * From any thread: copies this histogram into `target`, a histogram in the caller's private memory. Answers
   * false, with target empty, if resets of the owner overtook READ_RETRIES_MAX attempts.
   */
  copyInto(target: PagedHistogram): boolean {
    for (let attempt = 0; attempt < READ_RETRIES_MAX; attempt++) {
      const sequence = Atomics.load(this.#words, this.#header + SEQUENCE_WORD);
      if ((sequence & 1) !== 0) continue;
      target.reset();
      target.#copyFrom(this);
      if (Atomics.load(this.#words, this.#header + SEQUENCE_WORD) === sequence) return true;
    }
    target.reset();
    return false;
  }

  #copyFrom(source: PagedHistogram): void {
    let counted = 0;
    for (let slot = source.#directory; slot <= source.#directory + source.#directoryMask; slot++) {
      const entry = Atomics.load(source.#words, slot);
      if (entry === 0) continue;
      counted += this.#addPage(entry >>> DIRECTORY_PAGE_BITS, source.#words, source.#entryPageWord(entry));
    }
    // The header last: the owner writes min and max before the counter, so they cover what was copied.
    const zeros = source.#numbers[source.#base + ZEROS_F64]!;
    const overflow = source.overflow;
    const count = counted + zeros + overflow;
    if (count > 0) this.#addHeader(source.sum, source.min, source.max);
    this.#add(COUNT_F64, count);
    this.#add(ZEROS_F64, zeros);
    this.#add(OVERFLOW_F64, overflow);
    this.#add(REJECTED_F64, source.rejected);
  }

  /**
   * The nearest-rank percentile (0..100) of the values that found a page: within BUCKET_RELATIVE_ERROR, in
   * [min, max], and exact for the lowest and the highest rank. NaN for an empty histogram.
   */
  quantile(percent: number): number {
    const counted = this.count - this.overflow;
    if (counted <= 0) return Number.NaN;
    const rank = nearestRank(percent, counted);
    if (this.overflow === 0 && rank === 1) return this.min;
    if (this.overflow === 0 && rank === counted) return this.max;
    const value = bucketMid(walkBuckets(this.#walked(), rank, undefined));
    return Math.min(Math.max(value, this.min), this.max);
  }

  /** How many different buckets have counted something. */
  distinct(): number {
    return walkBuckets(this.#walked(), Number.POSITIVE_INFINITY, undefined);
  }

  /** Writes the counted buckets, ascending, into memory of at least `distinct()` entries. Answers how many. */
  bucketsInto(indexes: Int32Array, counts: Float64Array): number {
    return walkBuckets(this.#walked(), Number.POSITIVE_INFINITY, { indexes, counts });
  }

  #walked(): WalkedHistogram {
    return {
      words: this.#words,
      directory: this.#directory,
      directoryLength: this.#directoryMask + 1,
      pageWord: this.#pool.pageWord(0),
      zeros: this.#numbers[this.#base + ZEROS_F64]!,
    };
  }

  /** The first counter of an octave's page, which is taken from the pool if need be; -1: there is none left. */
  #tryOpenPage(key: number): number {
    const words = this.#words;
    const mask = this.#directoryMask;
    let slot = key & mask;
    let entry = words[this.#directory + slot]!;
    while (entry !== 0 && entry >>> DIRECTORY_PAGE_BITS !== key) {
      slot = (slot + 1) & mask;
      entry = words[this.#directory + slot]!;
    }
    if (entry === 0) {
      const held = words[this.#header + PAGES_WORD]!;
      if (held >= this.#pool.sizes.pagesPerHistogram) return -1;
      const page = this.#pool.tryTakePage();
      if (page < 0) return -1;
      words[this.#header + PAGES_WORD] = held + 1;
      entry = (key << DIRECTORY_PAGE_BITS) | (page + 1);
      Atomics.store(words, this.#directory + slot, entry);
    }
    return this.#entryPageWord(entry);
  }

  #entryPageWord(entry: number): number {
    return this.#pageBase + (entry & DIRECTORY_PAGE_MASK) * PAGE_WORDS;
  }

  /** Adds a page's counters, perhaps of memory that another thread writes; answers their total. */
  #addPage(key: number, source: Uint32Array, sourceWord: number): number {
    const pageWord = this.#tryOpenPage(key);
    let total = 0;
    let lost = 0;
    for (let place = 0; place < PAGE_WORDS; place++) {
      const counter = Atomics.load(source, sourceWord + place);
      if (counter === 0) continue;
      total += counter;
      if (pageWord < 0) {
        lost += counter;
        continue;
      }
      const added = this.#words[pageWord + place]! + counter;
      const kept = Math.min(added, COUNTER_MAX);
      this.#words[pageWord + place] = kept;
      lost += added - kept;
    }
    if (lost > 0) this.#add(OVERFLOW_F64, lost);
    return total;
  }

  #add(field: number, amount: number): void {
    this.#numbers[this.#base + field] = this.#numbers[this.#base + field]! + amount;
  }

  #addHeader(sum: number, min: number, max: number): void {
    const base = this.#base;
    const empty = this.count === 0;
    this.#add(SUM_F64, sum);
    if (empty || min < this.min) this.#numbers[base + MIN_F64] = min;
    if (empty || max > this.max) this.#numbers[base + MAX_F64] = max;
  }
}
