import { assert } from '../assert.js';
import type { HistogramPoolSizes } from './histogram-layout.js';
import {
  HISTOGRAM_PAGES_MAX,
  histogramBytes,
  histogramPoolBytes,
  PAGE_WORDS,
  POOL_FREE_COUNT_WORD,
  POOL_FREE_HEAD_WORD,
  POOL_HEADER_BYTES,
  POOL_PAGES_MAX,
  POOL_TAKEN_WORD,
  pagesOffset,
  WORD_BYTES,
} from './histogram-layout.js';

/**
 * The memory of many histograms and the pages that they share. One thread owns the pool and writes it; any
 * thread may attach to the same memory and read through `PagedHistogram.copyInto`.
 *
 * A page is cleared when it is taken, not when it is given back, so a reset costs what the directory costs.
 */
export class HistogramPool {
  readonly sizes: Readonly<HistogramPoolSizes>;
  /** The whole pool as counters and directory words; the histograms index it, so no view is made for each. */
  readonly words: Uint32Array;
  /** The same memory as signed words: adding 1 to a counter then stays in the integers of the engine. */
  readonly signedWords: Int32Array;
  /** The same memory for the float64 words of the headers. */
  readonly numbers: Float64Array;
  readonly #pagesWord: number;

  /**
   * @param buffer private or shared memory; the caller keeps it alive as long as the pool
   * @param byteOffset start of `histogramPoolBytes(sizes)` bytes in it, a multiple of 8
   */
  constructor(buffer: ArrayBufferLike, byteOffset: number, sizes: HistogramPoolSizes) {
    assert(sizes.pages >= 0 && sizes.pages <= POOL_PAGES_MAX, 'pages of a histogram pool out of range');
    assert(
      sizes.pagesPerHistogram >= 1 && sizes.pagesPerHistogram <= HISTOGRAM_PAGES_MAX,
      'pages of one histogram out of range',
    );
    assert(byteOffset % 8 === 0, 'a histogram pool must start on a multiple of 8 bytes');
    const bytes = histogramPoolBytes(sizes);
    this.sizes = { ...sizes };
    this.words = new Uint32Array(buffer, byteOffset, bytes / WORD_BYTES);
    this.signedWords = new Int32Array(buffer, byteOffset, bytes / WORD_BYTES);
    this.numbers = new Float64Array(buffer, byteOffset, bytes / 8);
    this.#pagesWord = pagesOffset(sizes) / WORD_BYTES;
  }

  /** A pool in private memory of its own. */
  static withOwnMemory(sizes: HistogramPoolSizes): HistogramPool {
    return new HistogramPool(new ArrayBuffer(histogramPoolBytes(sizes)), 0, sizes);
  }

  /** Pages that could still be taken. */
  get pagesFree(): number {
    return this.sizes.pages - this.words[POOL_TAKEN_WORD]! + this.words[POOL_FREE_COUNT_WORD]!;
  }

  /** The first word of a histogram's header. */
  headerWord(histogramIndex: number): number {
    assert(
      histogramIndex >= 0 && histogramIndex < this.sizes.histograms,
      'no histogram of that index in the pool',
    );
    return (POOL_HEADER_BYTES + histogramIndex * histogramBytes(this.sizes.pagesPerHistogram)) / WORD_BYTES;
  }

  /** The first counter of a page. */
  pageWord(page: number): number {
    return this.#pagesWord + page * PAGE_WORDS;
  }

  /** Owner only: a page with all counters 0, or -1 when none is left. */
  tryTakePage(): number {
    const words = this.words;
    const head = words[POOL_FREE_HEAD_WORD]!;
    let page: number;
    if (head !== 0) {
      page = head - 1;
      words[POOL_FREE_HEAD_WORD] = words[this.pageWord(page)]!;
      words[POOL_FREE_COUNT_WORD] = words[POOL_FREE_COUNT_WORD]! - 1;
    } else {
      page = words[POOL_TAKEN_WORD]!;
      if (page >= this.sizes.pages) return -1;
      words[POOL_TAKEN_WORD] = page + 1;
    }
    const start = this.pageWord(page);
    words.fill(0, start, start + PAGE_WORDS);
    return page;
  }

  /** Owner only. */
  givePage(page: number): void {
    const words = this.words;
    words[this.pageWord(page)] = words[POOL_FREE_HEAD_WORD]!;
    words[POOL_FREE_HEAD_WORD] = page + 1;
    words[POOL_FREE_COUNT_WORD] = words[POOL_FREE_COUNT_WORD]! + 1;
  }
}
