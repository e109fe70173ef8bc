import { assert } from '../assert.js';
import { INDEXES_PER_OCTAVE, OCTAVE_COUNT } from '../histogram/bucket.js';

/**
 * The bytes of one shard's sliding windows: one SharedArrayBuffer, in the byte order of the machine, which it never
 * leaves. Fresh zeroed memory behind a header is a valid empty state, and what is not touched costs no memory.
 *
 *   0         512      +4·metrics   +8·pages           +4096·metrics                +512·pages
 *   +---------+--------+------------+------------------+----------------------------+-------------------+
 *   | header  | marks  | page heads | (to 128)         | rows of 64 cells, 64 B each | pages of counters |
 *   +---------+--------+------------+------------------+----------------------------+-------------------+
 *
 * Header, grouped by who writes it, groups on 128 bytes of their own:
 *   0    u32 magic | u32 version | u32 metricsMax | u32 pagesMax             the creator, once
 *   128  i32 SEQUENCE    odd while a batch is open, then the batch's number   the writer
 *   256  i32 GENERATION  odd while all state is replaced                      the writer
 *   384  f64 recorded | outside | untracked | notFinite | unpaged | pages     the writer, at the end of a batch
 *
 * Mark, i32, one a metric: the number of the batch that changed the row last; 0 = the row has never held a point.
 *
 * Page head: i32 the page's octave | i32 the next page of the same cell + 1, or 0.
 *
 * Cell, one cache line: the points of one metric in one second. Its place in the row is the epoch second modulo 64.
 *   0   i32 STAMP   epoch second + 1, modulo 2^32; 0 = empty
 *   4   u32 COUNT   points
 *   8   f64 BASE    value of the first point that arrived
 *   16  f64 SHIFTED sum of (value - BASE)
 *   24  f64 SQUARED sum of (value - BASE)²
 *   32  f64 MIN | 40 f64 MAX
 *   48  f64 LAST    value of the point with the latest time; of those with the same time, the one that came last
 *   56  u32 CHAIN   (first page + 1) << 10 | milliseconds of LAST's time in its second
 *   60  u32 ZEROS   points that are 0, which no page counts
 *
 * Page: 128 counters, u32, of the buckets of one octave. Octave k >= 0 holds the bucket indexes 128k + 1 … 128k + 128
 * of histogram/bucket.ts, octave -k its mirror: -128k … -128k + 127. A page's octave and place say its bucket.
 */
export const LIVE_MAGIC = 0x4c49_5645;
export const LIVE_VERSION = 1;

/** In 32-bit words from the buffer's begin. */
export const WORD_MAGIC = 0;
export const WORD_VERSION = 1;
export const WORD_METRICS = 2;
export const WORD_PAGES = 3;
export const WORD_SEQUENCE = 32;
export const WORD_GENERATION = 64;
/** In 64-bit words from the buffer's begin. */
export const F64_RECORDED = 48;
export const F64_OUTSIDE = 49;
export const F64_UNTRACKED = 50;
export const F64_NOT_FINITE = 51;
export const F64_UNPAGED = 52;
export const F64_PAGES_USED = 53;
const HEADER_WORDS = 128;

/** Cells of a row, one a second; a power of two, so that a second's place is a mask. */
export const RING_SECONDS = 64;
export const RING_SHIFT = 6;

/** A cell's words: 16 of 32 bits, 8 of 64. */
export const CELL_SHIFT_I32 = 4;
export const CELL_SHIFT_F64 = 3;
export const CELL_WORDS = 16;
export const CELL_STAMP = 0;
export const CELL_COUNT = 1;
export const CELL_CHAIN = 14;
export const CELL_ZEROS = 15;
export const CELL_BASE_F64 = 1;
export const CELL_SHIFTED_F64 = 2;
export const CELL_SQUARED_F64 = 3;
export const CELL_MIN_F64 = 4;
export const CELL_MAX_F64 = 5;
export const CELL_LAST_F64 = 6;

/** CHAIN's low bits hold 0..999 ms, the others a page + 1. */
export const CHAIN_SHIFT = 10;
export const CHAIN_OFFSET_MASK = 2 ** CHAIN_SHIFT - 1;

export const PAGE_SHIFT = 7;
export const PAGE_COUNTERS = 128;
export const PAGE_MASK = PAGE_COUNTERS - 1;
/** Octaves of a page lie in -OCTAVE_BIAS..OCTAVE_BIAS - 1; a cell owns at most one page of each. */
export const OCTAVE_BIAS = OCTAVE_COUNT;
export const PAGES_PER_CELL_MAX = 2 * OCTAVE_COUNT;

/** The largest limits: a metric fits 16 bits of a waiting point, a page 20 bits of a directory; 512 MiB of pages. */
export const METRICS_MAX = 2 ** 16;
export const PAGES_MAX = 2 ** 20 - 1;

/** What one set of windows can hold. */
export interface LiveWindowsLimits {
  /** Metrics with a row, 4 KiB of memory each once they hold points. */
  metricsMax: number;
  /** Pages of counters, 512 bytes each once used. */
  pagesMax: number;
}

/** Where the parts begin, in 32-bit words, and how long the whole is. */
export interface LiveWindowsOffsets {
  marks: number;
  pageHeads: number;
  cells: number;
  pages: number;
  bytes: number;
}

export function liveWindowsOffsets(limits: LiveWindowsLimits): LiveWindowsOffsets {
  const { metricsMax, pagesMax } = limits;
  assert(
    Number.isInteger(metricsMax) && metricsMax >= 1 && metricsMax <= METRICS_MAX,
    'metricsMax is out of range',
  );
  assert(Number.isInteger(pagesMax) && pagesMax >= 1 && pagesMax <= PAGES_MAX, 'pagesMax is out of range');
  const marks = HEADER_WORDS;
  // Pairs of words from an even word on, so that a head never straddles a cache line.
  const pageHeads = marks + metricsMax + (metricsMax & 1);
  const cells = Math.ceil((pageHeads + pagesMax * 2) / 32) * 32;
  const pages = cells + metricsMax * RING_SECONDS * CELL_WORDS;
  return { marks, pageHeads, cells, pages, bytes: (pages + pagesMax * PAGE_COUNTERS) * 4 };
}

assert(PAGE_COUNTERS === INDEXES_PER_OCTAVE && 1 << PAGE_SHIFT === PAGE_COUNTERS, 'a page must be an octave');
assert(1 << RING_SHIFT === RING_SECONDS, 'a ring must be a power of two of seconds');
assert(
  CELL_WORDS === 1 << CELL_SHIFT_I32 && CELL_WORDS === 2 << CELL_SHIFT_F64,
  'a cell must be one cache line',
);
assert(CHAIN_OFFSET_MASK >= 999, 'a chain word must hold the milliseconds of a second');
assert(
  (PAGES_MAX + 1) * 2 ** CHAIN_SHIFT < 2 ** 31,
  'a chain word must hold the largest page and stay positive',
);
assert(
  (METRICS_MAX * RING_SECONDS * CELL_WORDS + PAGES_MAX * PAGE_COUNTERS) * 1.1 < 2 ** 30,
  'word indexes of the largest windows must stay small integers',
);
