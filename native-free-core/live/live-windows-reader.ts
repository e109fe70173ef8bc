import { assert } from '../assert.js';
import { fence } from '../fence.js';
import { READ_RETRIES_MAX } from '../limits.js';
import { LiveAggregate } from './live-aggregate.js';
import { endSecond, firstSecond, LIVE_RANGE_MS_MAX } from './live-seconds.js';
import {
  CELL_BASE_F64,
  CELL_CHAIN,
  CELL_COUNT,
  CELL_LAST_F64,
  CELL_MAX_F64,
  CELL_MIN_F64,
  CELL_SHIFT_F64,
  CELL_SHIFT_I32,
  CELL_SHIFTED_F64,
  CELL_SQUARED_F64,
  CELL_STAMP,
  CELL_WORDS,
  CELL_ZEROS,
  CHAIN_OFFSET_MASK,
  CHAIN_SHIFT,
  F64_NOT_FINITE,
  F64_OUTSIDE,
  F64_PAGES_USED,
  F64_RECORDED,
  F64_UNPAGED,
  F64_UNTRACKED,
  OCTAVE_BIAS,
  PAGE_SHIFT,
  PAGES_PER_CELL_MAX,
  RING_SECONDS,
  RING_SHIFT,
  WORD_GENERATION,
  WORD_SEQUENCE,
} from './live-windows-layout.js';
import { LiveWindowsViews } from './live-windows-memory.js';

/** The answer was added to the aggregate. */
export const LIVE_OK = 0;
/** The writer was in the row at every try: yield the time slice, then ask again. Nothing was added. */
export const LIVE_BUSY = 1;
/** The metric has no row, because it came after the last one: its windows are computed from raw points. */
export const LIVE_UNTRACKED = 2;
export type LiveReadStatus = typeof LIVE_OK | typeof LIVE_BUSY | typeof LIVE_UNTRACKED;

/** What the writer counted since the memory was made. Read one by one: each is right, together they may straddle a batch. */
export interface LiveTotals {
  recorded: number;
  /** Refused: too old for the ring, or too far ahead. */
  outside: number;
  /** Refused: of metrics without a row. */
  untracked: number;
  notFinite: number;
  /** Recorded, but missing in the quantiles: all pages were in use. */
  unpaged: number;
  pagesUsed: number;
}

/** Seconds at the end of a range that are expected to change while it is read: the present one, one of a writer whose
 * clock is ahead, and one of points on their way. */
const HOT_SECONDS = 3;

/**
 * The reading end of one shard's sliding windows: as many as there are threads that ask. It writes nothing to the shared
 * memory. Its promises come from the writer's (live-windows-writer.ts, 1 to 5):
 *
 * 1. An answer is the row as it was between two batches, all seconds of it, or LIVE_BUSY.
 * 2. Every loop is bounded, and every index that was read from shared memory is checked before it is followed.
 *
 * A window of 60 s has up to 61 cells and some 500 pages, 100 µs of reading, while a busy writer leaves a row alone for
 * less. So the pages of the settled seconds are read first, without a guard; then, under a guard that must hold for some
 * microseconds only, the hot seconds, together with a check that no settled cell has another STAMP or COUNT than before.
 * A settled cell that did change is hot at the next try.
 */
export class LiveWindowsReader {
  readonly #words: Int32Array;
  readonly #views: LiveWindowsViews;
  readonly #triesMax: number;
  readonly #settled = new LiveAggregate();
  readonly #hot = new LiveAggregate();
  /** The row's cells as they were copied, by ring place; a COUNT of 0 where the second has no points. */
  readonly #cells = new Int32Array(RING_SECONDS * CELL_WORDS);
  readonly #cellsF64 = new Float64Array(this.#cells.buffer);
  readonly #isHot = new Uint8Array(RING_SECONDS);
  #generation = 0;
  #mark = 0;

  constructor(memory: SharedArrayBuffer, triesMax: number = READ_RETRIES_MAX) {
    assert(triesMax >= 1, 'a reader must try once');
    this.#views = new LiveWindowsViews(memory);
    this.#words = this.#views.words;
    this.#triesMax = triesMax;
  }

  /**
   * Adds the points of a metric in [fromMs, toMs), epoch ms, in whole seconds (live-seconds.ts), at most 60 s, to `out`,
   * which may hold other shards' already. `out` is changed only when the answer is LIVE_OK.
   */
  readInto(metricIndex: number, fromMs: number, toMs: number, out: LiveAggregate): LiveReadStatus {
    assert(
      fromMs >= 0 && fromMs <= toMs && toMs - fromMs <= LIVE_RANGE_MS_MAX,
      'a live range is at most 60 s long',
    );
    assert(Number.isInteger(metricIndex) && metricIndex >= 0, 'a metric index must be a whole number');
    if (metricIndex >= this.#views.limits.metricsMax) return LIVE_UNTRACKED;
    const first = firstSecond(fromMs);
    const end = endSecond(toMs);
    this.#isHot.fill(0);
    for (let second = Math.max(first, end - HOT_SECONDS); second < end; second++) {
      this.#isHot[second & (RING_SECONDS - 1)] = 1;
    }
    let tries = this.#triesMax;
    while (tries-- > 0) {
      if (!this.#guard(metricIndex)) continue;
      if (this.#mark === 0) return LIVE_OK;
      this.#copyCells(metricIndex, first, end, 0);
      if (!this.#guardHolds(metricIndex)) continue;
      const generation = this.#generation;
      this.#addCells(first, end, 0, this.#settled);
      do {
        if (!this.#guard(metricIndex)) continue;
        if (this.#generation !== generation || !this.#settledHold(metricIndex, first, end)) break;
        this.#copyCells(metricIndex, first, end, 1);
        this.#addCells(first, end, 1, this.#hot);
        if (!this.#guardHolds(metricIndex)) continue;
        out.merge(this.#settled);
        out.merge(this.#hot);
        return LIVE_OK;
      } while (tries-- > 0);
    }
    return LIVE_BUSY;
  }

  totals(): LiveTotals {
    const doubles = this.#views.doubles;
    return {
      recorded: doubles[F64_RECORDED]!,
      outside: doubles[F64_OUTSIDE]!,
      untracked: doubles[F64_UNTRACKED]!,
      notFinite: doubles[F64_NOT_FINITE]!,
      unpaged: doubles[F64_UNPAGED]!,
      pagesUsed: doubles[F64_PAGES_USED]!,
    };
  }

  /** True when no batch is in the row now, and everything of the batches that were is visible. */
  #guard(metricIndex: number): boolean {
    this.#generation = Atomics.load(this.#words, WORD_GENERATION);
    if ((this.#generation & 1) === 1) return false;
    // The mark first: a batch that marked the row and is not the one in SEQUENCE afterwards is over.
    this.#mark = Atomics.load(this.#words, this.#views.offsets.marks + metricIndex);
    return Atomics.load(this.#words, WORD_SEQUENCE) !== this.#mark;
  }

  /** True when everything read since `#guard` is of one moment. */
  #guardHolds(metricIndex: number): boolean {
    fence();
    return (
      Atomics.load(this.#words, this.#views.offsets.marks + metricIndex) === this.#mark &&
      Atomics.load(this.#words, WORD_GENERATION) === this.#generation
    );
  }

  /** Copies the cells of the seconds [first, end) that are as hot as told. */
  #copyCells(metricIndex: number, first: number, end: number, hot: number): void {
    const words = this.#words;
    const cells = this.#cells;
    const row = this.#views.offsets.cells + (metricIndex << (RING_SHIFT + CELL_SHIFT_I32));
    for (let second = first; second < end; second++) {
      const place = second & (RING_SECONDS - 1);
      if (this.#isHot[place] !== hot) continue;
      const to = place << CELL_SHIFT_I32;
      cells[to + CELL_COUNT] = 0;
      if (words[row + to + CELL_STAMP] !== ((second + 1) | 0)) continue;
      for (let i = 0; i < CELL_WORDS; i++) cells[to + i] = words[row + to + i]!;
    }
  }

  /** True when no settled cell has changed since it was copied; makes those hot that have. Under a guard. */
  #settledHold(metricIndex: number, first: number, end: number): boolean {
    const words = this.#words;
    const row = this.#views.offsets.cells + (metricIndex << (RING_SHIFT + CELL_SHIFT_I32));
    let hold = true;
    for (let second = first; second < end; second++) {
      const place = second & (RING_SECONDS - 1);
      if (this.#isHot[place] !== 0) continue;
      const at = row + (place << CELL_SHIFT_I32);
      const count = words[at + CELL_STAMP] === ((second + 1) | 0) ? words[at + CELL_COUNT]! : 0;
      if (count === this.#cells[(place << CELL_SHIFT_I32) + CELL_COUNT]!) continue;
      this.#isHot[place] = 1;
      hold = false;
    }
    return hold;
  }

  /** Makes `to` the sum of the copied cells that are as hot as told, and of their pages as they are now. */
  #addCells(first: number, end: number, hot: number, to: LiveAggregate): void {
    const cells = this.#cells;
    const f64 = this.#cellsF64;
    to.clear();
    for (let second = first; second < end; second++) {
      const place = second & (RING_SECONDS - 1);
      const at = place << CELL_SHIFT_I32;
      const count = cells[at + CELL_COUNT]! >>> 0;
      if (this.#isHot[place] !== hot || count === 0) continue;
      const at64 = place << CELL_SHIFT_F64;
      const shifted = f64[at64 + CELL_SHIFTED_F64]!;
      const m2 = f64[at64 + CELL_SQUARED_F64]! - (shifted / count) * shifted;
      to.addMoments(count, f64[at64 + CELL_BASE_F64]! * count + shifted, Math.max(0, m2));
      to.addExtremes(f64[at64 + CELL_MIN_F64]!, f64[at64 + CELL_MAX_F64]!);
      const chain = cells[at + CELL_CHAIN]!;
      to.addLast(second * 1_000 + (chain & CHAIN_OFFSET_MASK), f64[at64 + CELL_LAST_F64]!);
      to.histogram.addZeros(cells[at + CELL_ZEROS]! >>> 0);
      this.#addChain(chain >> CHAIN_SHIFT, to);
    }
  }

  /** Adds the pages of a chain. One that the writer is changing may lead anywhere: the sum is thrown away then. */
  #addChain(first: number, to: LiveAggregate): void {
    const { offsets, limits } = this.#views;
    let link = first;
    for (let steps = 0; link > 0 && link <= limits.pagesMax && steps < PAGES_PER_CELL_MAX; steps++) {
      const page = link - 1;
      const octave = this.#words[offsets.pageHeads + page * 2]!;
      if (octave < -OCTAVE_BIAS || octave >= OCTAVE_BIAS) return;
      to.histogram.addPage(octave, this.#words, offsets.pages + (page << PAGE_SHIFT));
      link = this.#words[offsets.pageHeads + page * 2 + 1]!;
    }
  }
}
