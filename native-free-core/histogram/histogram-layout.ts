import { assert } from '../assert.js';
import { INDEXES_PER_OCTAVE, OCTAVE_COUNT } from './bucket.js';

/**
 * Counting histograms in one region of memory that may be shared. Little or big endian as the machine: the
 * region never leaves it. Fresh zeroed memory is a valid pool of empty histograms.
 *
 *     0              64                                                        pages, on a multiple of 64
 *     +--------------+-------------------------+-------------------------+-----+--------+--------+----
 *     | pool header  | histogram 0             | histogram 1             | ... | page 0 | page 1 | ...
 *     |              | header 64 | directory   | header 64 | directory   |     | 128 counters of u32
 *     +--------------+-------------------------+-------------------------+-----+--------+--------+----
 *
 * Pool header, words of 4 bytes: 0 pages ever taken · 1 first free page + 1, or 0 · 2 free pages. A free page
 * holds the next free page + 1 in its first word.
 *
 * Histogram header, one cache line:
 *
 *     word  0 sequence (odd while a reset runs)    1 pages held
 *     f64   1 count   2 sum   3 min   4 max   5 zeros   6 overflow   7 rejected
 *
 * count: all finite values. zeros: values that are 0. overflow: values in count, sum, min and max that no page
 * could take. rejected: values that were no finite numbers and are in nothing else. min and max mean nothing
 * while count is 0.
 *
 * Directory: an open-addressed table, at least twice as long as the pages that the histogram may hold, so a
 * search ends soon. A word is 0 or
 *
 *     31        19 18             0
 *     +-----------+---------------+
 *     | octave key|  page + 1     |     octave key 2..4197, ascending with the value: negatives, then positives
 *     +-----------+---------------+
 */
export const WORD_BYTES = 4;

export const POOL_HEADER_BYTES = 64;
export const POOL_TAKEN_WORD = 0;
export const POOL_FREE_HEAD_WORD = 1;
export const POOL_FREE_COUNT_WORD = 2;

export const HISTOGRAM_HEADER_BYTES = 64;
export const SEQUENCE_WORD = 0;
export const PAGES_WORD = 1;
export const COUNT_F64 = 1;
export const SUM_F64 = 2;
export const MIN_F64 = 3;
export const MAX_F64 = 4;
export const ZEROS_F64 = 5;
export const OVERFLOW_F64 = 6;
export const REJECTED_F64 = 7;

export const PAGE_WORDS = INDEXES_PER_OCTAVE;
export const PAGE_BYTES = PAGE_WORDS * WORD_BYTES;

export const DIRECTORY_PAGE_BITS = 19;
export const DIRECTORY_PAGE_MASK = 2 ** DIRECTORY_PAGE_BITS - 1;

/**
 * Octave keys below this one are of negative values. Keys begin at 2, so that what an infinity or NaN would have as its
 * key, 1 or OCTAVE_KEY_MAX + 1, is none, and no empty word of the directory seems to be its page.
 */
export const POSITIVE_KEY_MIN = OCTAVE_COUNT + 2;
export const OCTAVE_KEY_MAX = 2 * OCTAVE_COUNT + 1;

/** Pages in one pool: what a directory word can name. */
export const POOL_PAGES_MAX = DIRECTORY_PAGE_MASK - 1;

/** Pages that one histogram can ever fill: one an octave and sign. */
export const HISTOGRAM_PAGES_MAX = 2 * OCTAVE_COUNT;

/** A counter stops here and further values go to overflow. */
export const COUNTER_MAX = 2 ** 32 - 1;
/** The same word read as a signed one. */
export const COUNTER_MAX_SIGNED = -1;

/** Sizes of a pool; all are fixed for its life. */
export interface HistogramPoolSizes {
  /** Pages that all histograms of the pool share. */
  pages: number;
  histograms: number;
  /** Pages that one histogram may hold at a time. A value range of a factor of 1,000 takes 10. */
  pagesPerHistogram: number;
}

/** Words of one directory: the power of two that keeps it at most half full. */
export function directoryWords(pagesPerHistogram: number): number {
  let words = 2;
  while (words < 2 * pagesPerHistogram) words *= 2;
  return words;
}

/** Bytes from one histogram to the next. */
export function histogramBytes(pagesPerHistogram: number): number {
  const bytes = HISTOGRAM_HEADER_BYTES + directoryWords(pagesPerHistogram) * WORD_BYTES;
  return Math.ceil(bytes / 64) * 64;
}

/** Where page 0 begins, in bytes from the start of the pool. */
export function pagesOffset(sizes: HistogramPoolSizes): number {
  return POOL_HEADER_BYTES + sizes.histograms * histogramBytes(sizes.pagesPerHistogram);
}

/** Bytes of a whole pool. */
export function histogramPoolBytes(sizes: HistogramPoolSizes): number {
  return pagesOffset(sizes) + sizes.pages * PAGE_BYTES;
}

assert(OCTAVE_KEY_MAX + 1 < 2 ** (32 - DIRECTORY_PAGE_BITS), 'an octave key must fit its bits');
assert((REJECTED_F64 + 1) * 8 === HISTOGRAM_HEADER_BYTES, 'a histogram header is one cache line');
