import type { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { ROLLUP_POINTS, rollupForm } from '../../../native-free-core/cell/rollup-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { sortPoints } from '../../../native-free-core/head/sort-points.js';
import { CHUNK_POINTS_MAX } from '../../../native-free-core/limits.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { RunBytes } from './layer-stream.js';
import type { SegmentOutput } from './segment-output.js';
import { CELLS_MAX, SeriesCells } from './series-cells.js';
import { lowerBound, windowEnd } from './sorted-times.js';
import type { TierCutoff } from './tier-cutoff.js';

const MINUTE = TIER_TABLES[1]!;

export interface SeriesTiersOptions {
  group: number;
  /** Points up to which small pieces are made into one chunk; a piece of at least half of that keeps its own. */
  chunkPoints: number;
  cutoff: TierCutoff;
  /** What is written: everything, or one tier alone, for merges. */
  only?: number;
}

/**
 * Makes of the points of one series after the other what they contribute to every tier: chunks, 1 m cells of the same
 * points, and of those very cells, by merging alone, the cells of 5 m, 1 h and 1 d. `begin`, `add` for each piece in the order
 * of arrival, `end`.
 *
 * For merges it writes one tier alone, and takes cells as well as points.
 *
 * Small pieces are collected and sorted by time, so that a chunk is as long as it should be; a large one that needs no change
 * is copied. The last minute of what was collected waits for the next piece, so that a window has one cell and not two.
 */
export class SeriesTiers {
  /** Points that were too old for the raw tier, since `takeExpired`. */
  #expired = 0;
  readonly #output: SegmentOutput;
  readonly #options: SeriesTiersOptions;
  readonly #hasRaw: boolean;
  /** The tier of the cells that are collected; 0: none are. */
  readonly #cellTier: number;
  readonly #hasCoarse: boolean;
  #number = -1;
  /** What of the series is not kept in each tier, ms: a series may take several steps, and others of the thread go on between. */
  readonly #cutoffs = new Float64Array(TIER_TABLES.length);
  #count = 0;
  #isSorted = true;
  #times = new Float64Array(4_096);
  #values = new Float64Array(4_096);
  #scratchTimes = new Float64Array(0);
  #scratchValues = new Float64Array(0);
  readonly #cells: SeriesCells;
  /** Whether the 1 m cells are written as points, piece by piece; a series begins so when it has few points a minute. */
  #isPoints: boolean | undefined;

  constructor(output: SegmentOutput, options: SeriesTiersOptions) {
    this.#output = output;
    this.#options = options;
    const { only } = options;
    this.#hasRaw = only === undefined || only === RAW_TIER;
    this.#cellTier = only ?? MINUTE.tier;
    this.#hasCoarse = only === undefined;
    this.#cells = new SeriesCells(output, this.#cellTier, this.#hasCoarse);
  }

  takeExpired(): number {
    const expired = this.#expired;
    this.#expired = 0;
    return expired;
  }

  get number(): number {
    return this.#number;
  }

  begin(number: number, nowMs: number): void {
    this.#number = number;
    this.#isPoints = undefined;
    const { group, cutoff } = this.#options;
    for (let tier = 0; tier < this.#cutoffs.length; tier++)
      this.#cutoffs[tier] = cutoff(tier, group, number, nowMs);
  }

  /** Takes a sorted piece [from, to), at least one point; `chunk` when these points are all of a chunk. */
  add(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): void {
    const count = to - from;
    if (chunk !== undefined && count * 2 >= this.#options.chunkPoints) {
      this.#flush(true);
      this.#emit(times, values, from, to, chunk);
      return;
    }
    if (this.#count > 0 && this.#count + count > 2 * this.#options.chunkPoints) this.#flush(false);
    if (this.#count + count > CHUNK_POINTS_MAX) this.#flush(true);
    this.#reserve(this.#count + count);
    if (this.#count > 0 && times[from]! < this.#times[this.#count - 1]!) this.#isSorted = false;
    for (let i = from, at = this.#count; i < to; i++, at++) {
      this.#times[at] = times[i]!;
      this.#values[at] = values[i]!;
    }
    this.#count += count;
  }

  /** Takes cells of the one tier that is written, at least one. */
  addCells(cells: CellRun): void {
    this.#flush(true);
    // What was written as points stays so.
    if (this.#isPoints === true) this.#writeCells();
    this.#isPoints = false;
    this.#cells.merge(cells);
    if (this.#cells.length >= CELLS_MAX) this.#writeCells();
  }

  end(): void {
    this.#flush(true);
    this.#writeCells();
    this.#number = -1;
  }

  /** Writes what was collected, without its last minute unless `all`. */
  #flush(all: boolean): void {
    const count = this.#count;
    if (count === 0) return;
    if (!this.#isSorted) this.#sort(count);
    this.#isSorted = true;
    const times = this.#times;
    let end = count;
    if (!all) {
      const lastMs = windowStartOf(times[count - 1]!, MINUTE.windowMs);
      while (end > 0 && times[end - 1]! >= lastMs) end--;
      if (end === 0) end = count;
    }
    this.#emit(times, this.#values, 0, end, undefined);
    times.copyWithin(0, end, count);
    this.#values.copyWithin(0, end, count);
    this.#count = count - end;
  }

  /** Writes sorted points to raw and, as points, to 1 m, and adds them to the cells. */
  #emit(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): void {
    const isWhole = this.#hasRaw && this.#writeKept(times, values, from, to, chunk);
    if (this.#cellTier === RAW_TIER) return;
    const isFew =
      rollupForm(to - from, times[from]!, times[to - 1]!, MINUTE.windowMs) === ROLLUP_POINTS &&
      this.#isPoints !== false;
    if (this.#isPoints === true && !isFew) this.#writeCells();
    this.#isPoints = isFew;
    if (isFew) this.#writePointCells(times, values, from, to, isWhole ? this.#output.lastRun : chunk);
    if (!isFew || this.#hasCoarse) this.#cells.add(times, values, from, to - from);
    if (this.#cells.length >= CELLS_MAX) this.#writeCells();
  }

  /** Writes the points that are young enough. Answers whether all are one chunk, which is then the output's last run. */
  #writeKept(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): boolean {
    const kept = lowerBound(times, from, to, this.#cutoffs[RAW_TIER]!);
    this.#expired += kept - from;
    this.#output.sweep(RAW_TIER, kept - from);
    return this.#writeRaw(times, values, kept, to, kept === from ? chunk : undefined) && kept === from;
  }

  /** Answers whether the points are one chunk, which is then the output's last run. */
  #writeRaw(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): boolean {
    let parts = 0;
    for (let at = from; at < to; parts++) {
      const end = windowEnd(times, at, to, TIER_TABLES[RAW_TIER]!.stretchMs);
      if (chunk !== undefined && at === from && end === to) {
        this.#output.copyChunk(this.#number, chunk, to - from, times[from]!, times[to - 1]!);
      } else this.#output.addPoints(this.#number, times, values, at, end);
      at = end;
    }
    return parts === 1;
  }

  /** 1 m cells in the form of points: runs of one stretch and a bounded number of windows. */
  #writePointCells(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): void {
    const { windowMs, stretchMs, tier } = MINUTE;
    const output = this.#output;
    let at = from;
    while (at < to && windowStartOf(times[at]!, windowMs) + windowMs <= this.#cutoffs[tier]!) {
      at = windowEnd(times, at, to, windowMs);
      output.sweep(tier, 1);
    }
    while (at < to) {
      const start = at;
      const stretchEnd = windowEnd(times, at, to, stretchMs);
      let rows = 0;
      for (; at < stretchEnd && rows < output.runCells; rows++)
        at = windowEnd(times, at, stretchEnd, windowMs);
      if (chunk !== undefined && start === from && at === to) {
        output.copyPointCells(this.#number, chunk, rows, times[from]!, times[to - 1]!);
      } else output.addPointCells(this.#number, times, values, start, at, rows);
    }
  }

  #writeCells(): void {
    this.#cells.write(this.#number, this.#cutoffs, this.#isPoints === true);
  }

  #reserve(count: number): void {
    if (count <= this.#times.length) return;
    const size = Math.min(CHUNK_POINTS_MAX, 2 ** Math.ceil(Math.log2(count)));
    const [times, values] = [this.#times, this.#values];
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size);
    this.#times.set(times.subarray(0, this.#count));
    this.#values.set(values.subarray(0, this.#count));
  }

  #sort(count: number): void {
    if (this.#scratchTimes.length < count) {
      this.#scratchTimes = new Float64Array(this.#times.length);
      this.#scratchValues = new Float64Array(this.#times.length);
    }
    sortPoints(this.#times, this.#values, count, this.#scratchTimes, this.#scratchValues);
  }
}
