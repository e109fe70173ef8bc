import { assert } from '../assert.js';
import { fence } from '../fence.js';
import { bucketIndex } from '../histogram/bucket.js';
import { LivePagePool, NO_PAGE } from './live-page-pool.js';
import {
  CELL_BASE_F64,
  CELL_CHAIN,
  CELL_COUNT,
  CELL_LAST_F64,
  CELL_MAX_F64,
  CELL_MIN_F64,
  CELL_SHIFT_I32,
  CELL_SHIFTED_F64,
  CELL_SQUARED_F64,
  CELL_STAMP,
  CELL_WORDS,
  CELL_ZEROS,
  CHAIN_OFFSET_MASK,
  CHAIN_SHIFT,
  OCTAVE_BIAS,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGES_MAX,
  RING_SECONDS,
  RING_SHIFT,
} from './live-windows-layout.js';
import type { LiveWindowsViews } from './live-windows-memory.js';

/**
 * The directory of a cell: 16 words, one cache line, in which the page of an octave is looked for by the low 4 bits of
 * the octave. A word is 0 or (the octave's other bits + 133) << 20 | page, or NONE in place of a page when there is no
 * page to be had. Where two octaves of a cell meet, the last one has the word, and the other is found in the chain.
 */
const DIRECTORY_SHIFT = 4;
const DIRECTORY_LENGTH = 1 << DIRECTORY_SHIFT;
const TAG_SHIFT = 20;
const TAG_BIAS = Math.ceil(OCTAVE_BIAS / DIRECTORY_LENGTH) + 1;
const NONE = 2 ** TAG_SHIFT - 1;

// The engine folds a constant of its own module into the code, but loads an imported one from memory at each use:
// 6 of 23 ns a point in the loop below, when they were.
const CELL = CELL_SHIFT_I32;
const COUNT = CELL_COUNT;
const BASE = CELL_BASE_F64;
const SHIFTED = CELL_SHIFTED_F64;
const SQUARED = CELL_SQUARED_F64;
const MIN = CELL_MIN_F64;
const MAX = CELL_MAX_F64;
const LAST = CELL_LAST_F64;
const CHAIN = CELL_CHAIN;
const ZEROS = CELL_ZEROS;
const OFFSET = CHAIN_OFFSET_MASK;
const PAGE = PAGE_SHIFT;
const PLACE = PAGE_MASK;

/** A point that waits to be added: its cell (22 bits) and the milliseconds in its second (10 bits) in one word. */
export const POINT_CELL_SHIFT = CHAIN_SHIFT;
const POINT_CELL = POINT_CELL_SHIFT;

/**
 * The writer's hand in the cells: adds points, opens and clears cells. Belongs to the writer's thread and is called
 * inside of a batch (live-windows-writer.ts), whose promises 2 and 4 are kept here.
 */
export class LiveCells {
  readonly pool: LivePagePool;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #metricsMax: number;
  readonly #marks: number;
  readonly #cells: number;
  readonly #pages: number;
  /** A cell: the batch that found it open for the right second and its row marked. */
  readonly #ready: Int32Array;
  readonly #directories: Int32Array;
  #unpaged = 0;

  constructor(views: LiveWindowsViews) {
    this.pool = new LivePagePool(views);
    this.#words = views.words;
    this.#doubles = views.doubles;
    this.#metricsMax = views.limits.metricsMax;
    this.#marks = views.offsets.marks;
    this.#cells = views.offsets.cells;
    this.#pages = views.offsets.pages;
    this.#ready = new Int32Array(this.#metricsMax << RING_SHIFT);
    this.#directories = new Int32Array(this.#metricsMax << (RING_SHIFT + DIRECTORY_SHIFT));
  }

  /** Points that found no page, since the last call. */
  takeUnpaged(): number {
    const unpaged = this.#unpaged;
    this.#unpaged = 0;
    return unpaged;
  }

  /** The stamp that the cell holds now, 0 when it is empty. */
  stampOf(cell: number): number {
    return this.#words[this.#cells + (cell << CELL_SHIFT_I32) + CELL_STAMP]!;
  }

  /**
   * Adds the points [from, to) in order, up to the first whose cell or page is not ready in `batch`, and answers that
   * one's place, or `to`. The caller prepares it and goes on from there: with the rare work called in the loop itself,
   * the engine inlines it there and spills the loop's variables: about 12 ns a point instead of 10.
   */
  addRun(points: Int32Array, values: Float64Array, from: number, to: number, batch: number): number {
    const words = this.#words;
    const doubles = this.#doubles;
    const ready = this.#ready;
    const directories = this.#directories;
    const cells = this.#cells;
    const pages = this.#pages;
    for (let i = from; i < to; i++) {
      const point = points[i]!;
      const cell = point >>> POINT_CELL;
      if (ready[cell] !== batch) return i;
      const value = values[i]!;
      const at = cells + (cell << CELL);
      const at64 = at >> 1;
      const bucket = bucketIndex(value);
      if (bucket === 0) {
        words[at + ZEROS] = words[at + ZEROS]! + 1;
      } else {
        // An octave begins at index 1, its mirror ends at -1: one less above zero and both begin on a multiple of 128.
        const place = bucket + (-bucket >> 31);
        const octave = place >> PAGE;
        const entry = directories[(cell << DIRECTORY_SHIFT) | (octave & (DIRECTORY_LENGTH - 1))]!;
        if (entry >> TAG_SHIFT !== (octave >> DIRECTORY_SHIFT) + TAG_BIAS) return i;
        const page = entry & NONE;
        if (page !== NONE) {
          const counter = pages + (page << PAGE) + (place & PLACE);
          words[counter] = words[counter]! + 1;
        } else {
          this.#unpaged++;
        }
      }
      // Sums about one of the values need no division, and the variance keeps its digits (docs/formats/live-windows.md).
      const shifted = value - doubles[at64 + BASE]!;
      words[at + COUNT] = words[at + COUNT]! + 1;
      doubles[at64 + SHIFTED] = doubles[at64 + SHIFTED]! + shifted;
      doubles[at64 + SQUARED] = doubles[at64 + SQUARED]! + shifted * shifted;
      if (value < doubles[at64 + MIN]!) doubles[at64 + MIN] = value;
      if (value > doubles[at64 + MAX]!) doubles[at64 + MAX] = value;
      const chain = words[at + CHAIN]!;
      const offsetMs = point & OFFSET;
      if (offsetMs >= (chain & OFFSET)) {
        doubles[at64 + LAST] = value;
        words[at + CHAIN] = (chain & ~OFFSET) | offsetMs;
      }
    }
    return to;
  }

  /**
   * Makes the cell ready to take `value` in `batch`: marks its row, opens it for the second of `stamp` when it holds
   * another one, finds or takes the page. Answers true when the cell was opened.
   */
  prepare(cell: number, value: number, stamp: number, batch: number): boolean {
    this.mark(cell, batch);
    const opened = this.stampOf(cell) !== stamp;
    if (opened) {
      this.clear(cell);
      const at = this.#cells + (cell << CELL_SHIFT_I32);
      const at64 = at >> 1;
      this.#words[at + CELL_STAMP] = stamp;
      this.#doubles[at64 + CELL_BASE_F64] = value;
      this.#doubles[at64 + CELL_MIN_F64] = value;
      this.#doubles[at64 + CELL_MAX_F64] = value;
    }
    this.#ready[cell] = batch;
    const bucket = bucketIndex(value);
    if (bucket !== 0) this.#preparePage(cell, (bucket + (-bucket >> 31)) >> PAGE_SHIFT);
    return opened;
  }

  /** Tells readers that `batch` is going to change the cell's row, before it does. */
  mark(cell: number, batch: number): void {
    const mark = this.#marks + (cell >> RING_SHIFT);
    if (this.#words[mark] === batch) return;
    Atomics.store(this.#words, mark, batch);
    fence();
  }

  /** Makes the cell empty and gives its pages back. Its row is marked. */
  clear(cell: number): void {
    const words = this.#words;
    const at = this.#cells + (cell << CELL_SHIFT_I32);
    if (words[at + CELL_STAMP] === 0) return;
    this.pool.release(words[at + CELL_CHAIN]! >> CHAIN_SHIFT);
    words.fill(0, at, at + CELL_WORDS);
    this.#directories.fill(0, cell << DIRECTORY_SHIFT, (cell + 1) << DIRECTORY_SHIFT);
  }

  /** Empties every row that was ever marked, and takes all pages back. Readers are kept out by GENERATION. */
  reset(): void {
    const words = this.#words;
    for (let metric = 0; metric < this.#metricsMax; metric++) {
      if (words[this.#marks + metric] === 0) continue;
      const row = this.#cells + (metric << (RING_SHIFT + CELL_SHIFT_I32));
      words.fill(0, row, row + RING_SECONDS * CELL_WORDS);
      words[this.#marks + metric] = 0;
      this.#ready.fill(0, metric << RING_SHIFT, (metric + 1) << RING_SHIFT);
      const directories = RING_SHIFT + DIRECTORY_SHIFT;
      this.#directories.fill(0, metric << directories, (metric + 1) << directories);
    }
    this.pool.reset();
  }

  /** Replaces the marks of all rows that were ever marked by `mark`. Readers are kept out by GENERATION. */
  renumber(mark: number): void {
    for (let metric = 0; metric < this.#metricsMax; metric++) {
      if (this.#words[this.#marks + metric] === 0) continue;
      this.#words[this.#marks + metric] = mark;
      this.#ready.fill(0, metric << RING_SHIFT, (metric + 1) << RING_SHIFT);
    }
  }

  /** Puts the page for `octave` into the cell's directory, opened if it has none yet; NONE when none is free. */
  #preparePage(cell: number, octave: number): void {
    const at = this.#cells + (cell << CELL_SHIFT_I32) + CELL_CHAIN;
    const chain = this.#words[at]!;
    const link = chain >> CHAIN_SHIFT;
    let page = this.pool.find(link, octave);
    if (page === NO_PAGE) {
      page = this.pool.take(octave, link);
      if (page !== NO_PAGE) this.#words[at] = ((page + 1) << CHAIN_SHIFT) | (chain & CHAIN_OFFSET_MASK);
    }
    this.#directories[(cell << DIRECTORY_SHIFT) | (octave & (DIRECTORY_LENGTH - 1))] =
      (((octave >> DIRECTORY_SHIFT) + TAG_BIAS) << TAG_SHIFT) | (page === NO_PAGE ? NONE : page);
  }
}

assert(PAGES_MAX <= NONE, 'a directory must tell every page from none');
assert(2 * TAG_BIAS * 2 ** TAG_SHIFT < 2 ** 31, 'a directory word must stay positive');
