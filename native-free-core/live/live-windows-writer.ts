import { assert } from '../assert.js';
import { fence } from '../fence.js';
import { APPLY_SLICE_POINTS } from '../limits.js';
import { LiveCells, POINT_CELL_SHIFT } from './live-cells.js';
import { LiveExpiry, NONE_DUE } from './live-expiry.js';
import { LIVE_FUTURE_SECONDS, LIVE_PAST_SECONDS } from './live-seconds.js';
import {
  F64_NOT_FINITE,
  F64_OUTSIDE,
  F64_PAGES_USED,
  F64_RECORDED,
  F64_UNPAGED,
  F64_UNTRACKED,
  RING_SECONDS,
  RING_SHIFT,
  WORD_GENERATION,
  WORD_SEQUENCE,
} from './live-windows-layout.js';
import { LiveWindowsViews } from './live-windows-memory.js';

/** Cells that one `advance` empties: about 0.2 ms of a duty cycle with four pages each. The rest wait for the next one. */
const EXPIRED_CELLS_MAX = 1_024;

/** No batch has this number or one above it: they start again before. */
const BATCH_END = 2 ** 31 - 1;
/** The mark of a row that changed before the numbers started again; no batch has it. */
const MARK_OLD = 1;

// The engine folds a module's own constants into the code, and loads imported ones from memory at each use.
const METRIC_SHIFT = RING_SHIFT + POINT_CELL_SHIFT;
const SECOND_MS = 1_000;

/**
 * The writing end of one shard's sliding windows (live-windows-layout.ts). It belongs to one thread, the shard's
 * worker; any number of readers (live-windows-reader.ts) look at the same memory whenever they like and never stop it.
 *
 * All shared words have this one writer. Points are recorded in batches, from `begin` to `end`. They wait in private
 * memory and are added to the shared one together, at the end or when 8,192 wait, so that a batch disturbs readers for
 * tens of microseconds and one of old points not at all. A batch that adds has an odd number, larger than all before.
 * What readers may rely on:
 *
 * 1. SEQUENCE is the number of the batch that is being added, or even when there is none. It is stored before anything
 *    else of the batch, and made even after everything else of it.
 * 2. A row's mark is set to the batch's number, and fenced, before the batch changes anything of the row: its cells,
 *    their chains, the counters in them. A page leaves a chain only in a batch that has marked the row which held it.
 * 3. So a row is whole when its mark is not SEQUENCE, and what was read of it is whole when the mark is the same after.
 *    Batches that leave a row alone don't disturb its readers.
 * 4. While a cell keeps its STAMP its COUNT grows with each point; a cell with the same STAMP and COUNT as before has
 *    not changed, while GENERATION is the same.
 * 5. GENERATION is odd while everything is replaced (`reset`), and changes whenever 2 or 4 would not hold across the
 *    moment: at a reset, when batch numbers start again, when the clock steps back.
 *
 * Plain stores to memory that another thread reads may be seen late, torn or out of order, and the language promises
 * no more; here they are believed only when the words above say that nobody wrote meanwhile, and those are read and
 * written with Atomics, with fences where an order of plain accesses around them is needed (fence.ts).
 *
 * Counts are exact whatever happens to the pages: a point that finds no page is in its cell's count, sums, min, max and
 * last all the same, is missing in the quantiles alone, and is counted in UNPAGED.
 */
export class LiveWindowsWriter {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #metricsMax: number;
  readonly #cells: LiveCells;
  readonly #expiry: LiveExpiry;

  /** The number of the batch that is being added, or the even number between two. */
  #batch = 0;
  #presentSecond = Number.NaN;
  /** Times in [#fromMs, #endMs) are taken; nothing before the first `advance`. */
  #fromMs = Number.POSITIVE_INFINITY;
  #endMs = Number.POSITIVE_INFINITY;
  /** The second of the last point that was taken, so that a run of points of one second divides once. */
  #secondStartMs = Number.POSITIVE_INFINITY;
  /** Its place in the ring, where a waiting point has it. */
  #ringBits = 0;

  /** Points that wait: cell and milliseconds, value. */
  readonly #points = new Int32Array(APPLY_SLICE_POINTS);
  readonly #values = new Float64Array(APPLY_SLICE_POINTS);
  #waiting = 0;
  /** How many may wait; 0 while no batch is open. */
  #waitingMax = 0;

  // Refused since they were last added to the header.
  #outside = 0;
  #untracked = 0;
  #notFinite = 0;

  /** Takes the windows over, empty: what an earlier writer left is thrown away as by `reset`. */
  constructor(memory: SharedArrayBuffer) {
    const views = new LiveWindowsViews(memory);
    this.#words = views.words;
    this.#doubles = views.doubles;
    this.#metricsMax = views.limits.metricsMax;
    this.#cells = new LiveCells(views);
    this.#expiry = new LiveExpiry(this.#metricsMax);
    this.reset();
  }

  /** The first moment whose points are taken, epoch ms; what is older need not be offered at all. */
  get fromMs(): number {
    return this.#fromMs;
  }

  /**
   * Empties all windows, also those of a writer that died in a batch, and forgets an open batch. Readers find the
   * windows busy meanwhile, and then empty. Touches only rows that have been used. The header's totals go on.
   */
  reset(): void {
    const words = this.#words;
    const generation = Atomics.load(words, WORD_GENERATION) | 1;
    Atomics.store(words, WORD_GENERATION, generation);
    fence();
    this.#cells.reset();
    this.#expiry.reset();
    this.#waiting = 0;
    this.#waitingMax = 0;
    // A dead batch left an odd number: the even one behind it.
    this.#batch = Math.max(2, (Atomics.load(words, WORD_SEQUENCE) + 1) & ~1);
    Atomics.store(words, WORD_SEQUENCE, this.#batch);
    Atomics.store(words, WORD_GENERATION, (generation + 1) | 0);
  }

  /**
   * Sets the present, epoch ms; once a duty cycle, between batches. Points from 61 s before its second to 2 s behind
   * it are taken from now on, and a bounded number of cells that have left the ring give their pages back.
   */
  advance(nowMs: number): void {
    assert(this.#waitingMax === 0, 'live windows advance between batches');
    assert(nowMs >= 0 && nowMs < 2 ** 32 * SECOND_MS, 'the present must be an epoch time in ms');
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.#presentSecond) {
      const before = this.#presentSecond;
      this.#presentSecond = second;
      this.#fromMs = Math.max(0, second - LIVE_PAST_SECONDS) * SECOND_MS;
      this.#endMs = (second + LIVE_FUTURE_SECONDS + 1) * SECOND_MS;
      this.#secondStartMs = Number.POSITIVE_INFINITY;
      if (second > before) this.#expiry.makeDue(before - LIVE_PAST_SECONDS, second - LIVE_PAST_SECONDS);
      else if (second < before) this.#stepBack();
    }
    if (this.#expiry.pending) this.#expire();
  }

  begin(): void {
    assert(this.#waitingMax === 0, 'a batch of live points is open already');
    this.#waitingMax = APPLY_SLICE_POINTS;
  }

  /** Makes the points since `begin` visible, all at once. */
  end(): void {
    assert(this.#waitingMax > 0, 'no batch of live points is open');
    if (this.#waiting > 0) this.#addWaiting();
    this.#waitingMax = 0;
    this.#publish();
  }

  /**
   * Adds a point to its second, between `begin` and `end`. `timeMs` is whole epoch ms. Answers false, and counts why,
   * for a time outside of the ring, a metric without a row, and a value that is no finite number.
   */
  record(metricIndex: number, timeMs: number, value: number): boolean {
    // Small enough to be inlined into the caller's loop: a float64 that is passed to a call is boxed on the heap.
    let offsetMs = timeMs - this.#secondStartMs;
    if (!(offsetMs >= 0 && offsetMs < SECOND_MS)) {
      if (!(timeMs >= this.#fromMs && timeMs < this.#endMs)) {
        this.#outside++;
        return false;
      }
      const second = Math.floor(timeMs / SECOND_MS);
      this.#secondStartMs = second * SECOND_MS;
      this.#ringBits = (second & (RING_SECONDS - 1)) << POINT_CELL_SHIFT;
      offsetMs = timeMs - this.#secondStartMs;
    }
    if (metricIndex >>> 0 >= this.#metricsMax || value - value !== 0) return this.#refuse(metricIndex);
    if (this.#waiting >= this.#waitingMax) this.#addWaiting();
    this.#points[this.#waiting] = (metricIndex << METRIC_SHIFT) | this.#ringBits | offsetMs;
    this.#values[this.#waiting] = value;
    this.#waiting++;
    return true;
  }

  #refuse(metricIndex: number): boolean {
    if (metricIndex >>> 0 >= this.#metricsMax) this.#untracked++;
    else this.#notFinite++;
    return false;
  }

  /** Adds what waits; the batch that it opens, if none is, lasts until `end`. */
  #addWaiting(): void {
    assert(this.#waitingMax > 0, 'live points are recorded between begin and end');
    if ((this.#batch & 1) === 0) this.#openBatch();
    const oldest = this.#presentSecond - LIVE_PAST_SECONDS;
    const count = this.#waiting;
    const batch = this.#batch;
    let i = this.#cells.addRun(this.#points, this.#values, 0, count, batch);
    while (i < count) {
      const cell = this.#points[i]! >>> POINT_CELL_SHIFT;
      // The ring holds each place once, so the place says the second; a stamp is one more.
      const stamp = (oldest + ((cell - oldest) & (RING_SECONDS - 1)) + 1) | 0;
      if (this.#cells.prepare(cell, this.#values[i]!, stamp, batch)) this.#expiry.occupy(cell);
      const next = this.#cells.addRun(this.#points, this.#values, i, count, batch);
      assert(next > i, 'a prepared cell did not take its point');
      i = next;
    }
    this.#doubles[F64_RECORDED] = this.#doubles[F64_RECORDED]! + count;
    this.#waiting = 0;
  }

  #openBatch(): void {
    if (this.#batch + 1 >= BATCH_END) this.#renumber();
    this.#batch++;
    Atomics.store(this.#words, WORD_SEQUENCE, this.#batch);
  }

  /** Totals go to the header, and readers may look at what the batch changed. */
  #publish(): void {
    const doubles = this.#doubles;
    doubles[F64_OUTSIDE] = doubles[F64_OUTSIDE]! + this.#outside;
    doubles[F64_UNTRACKED] = doubles[F64_UNTRACKED]! + this.#untracked;
    doubles[F64_NOT_FINITE] = doubles[F64_NOT_FINITE]! + this.#notFinite;
    doubles[F64_UNPAGED] = doubles[F64_UNPAGED]! + this.#cells.takeUnpaged();
    doubles[F64_PAGES_USED] = this.#cells.pool.used;
    this.#outside = this.#untracked = this.#notFinite = 0;
    if ((this.#batch & 1) === 0) return;
    this.#batch++;
    Atomics.store(this.#words, WORD_SEQUENCE, this.#batch);
  }

  /** Empties cells that left the ring, a bounded number of them, in a batch of its own. */
  #expire(): void {
    const oldestStamp = this.#presentSecond - LIVE_PAST_SECONDS + 1;
    for (let emptied = 0; emptied < EXPIRED_CELLS_MAX; ) {
      const cell = this.#expiry.next();
      if (cell === NONE_DUE) break;
      if ((this.#cells.stampOf(cell) - oldestStamp) >>> 0 < RING_SECONDS) continue;
      if ((this.#batch & 1) === 0) this.#openBatch();
      this.#cells.mark(cell, this.#batch);
      this.#cells.clear(cell);
      this.#expiry.vacate(cell);
      emptied++;
    }
    this.#publish();
  }

  /** Seconds that were over can be opened again, and those ahead may hold points already: promise 4 begins anew. */
  #stepBack(): void {
    Atomics.add(this.#words, WORD_GENERATION, 2);
    this.#expiry.makeAllDue();
  }

  /** Batch numbers start again, after 59 hours of 10,000 batches a second. */
  #renumber(): void {
    const generation = Atomics.add(this.#words, WORD_GENERATION, 1) + 1;
    fence();
    this.#cells.renumber(MARK_OLD);
    this.#batch = 2;
    Atomics.store(this.#words, WORD_SEQUENCE, this.#batch);
    Atomics.store(this.#words, WORD_GENERATION, (generation + 1) | 0);
  }
}
