import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { mergeRuns } from '../../../native-free-core/cell/merge-runs.js';
import { ROLLUP_POINTS, rollupForm } from '../../../native-free-core/cell/rollup-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { sortPoints } from '../../../native-free-core/head/sort-points.js';
import { CHUNK_POINTS_MAX } from '../../../native-free-core/limits.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { RunBytes } from './point-stream.js';
import type { SegmentOutput } from './segment-output.js';
import type { TierCutoff } from './tier-cutoff.js';

/** Cells that one series collects before they are written: bounds memory, and what one series costs at its end. */
const CELLS_MAX = 16_384;

const MINUTE = TIER_TABLES[1]!;

/** What of a series is not kept in each tier, ms. */
const cutoffs = new Float64Array(TIER_TABLES.length);

export interface SeriesTiersOptions {
  group: number;
  /** Points up to which small pieces are made into one chunk; a piece of at least half of that keeps its own. */
  chunkPoints: number;
  cutoff: TierCutoff;
}

/**
 * Makes of the points of one series after the other what they contribute to every tier: chunks, 1 m cells of the same
 * points, and of those very cells, by merging alone, the cells of 5 m, 1 h and 1 d. `begin`, `add` for each piece in the order
 * of arrival, `end`.
 *
 * Small pieces are collected and sorted by time, so that a chunk is as long as it should be; a large one that needs no change
 * is copied. The last minute of what was collected waits for the next piece, so that a window has one cell and not two.
 */
export class SeriesTiers {
  /** Points that were too old for the raw tier, since `takeExpired`. */
  #expired = 0;
  readonly #output: SegmentOutput;
  readonly #options: SeriesTiersOptions;
  #number = -1;
  #count = 0;
  #isSorted = true;
  #times = new Float64Array(4_096);
  #values = new Float64Array(4_096);
  #scratchTimes = new Float64Array(0);
  #scratchValues = new Float64Array(0);
  /** 1 m cells of the series since they were written last. */
  #cells = new CellRun();
  #merged = new CellRun();
  readonly #later = new CellRun();
  readonly #coarse: CellRun[] = [new CellRun(), new CellRun(), new CellRun()];
  /** Whether the 1 m cells are written as points, piece by piece; a series begins so when it has few points a minute. */
  #isPoints: boolean | undefined;

  constructor(output: SegmentOutput, options: SeriesTiersOptions) {
    this.#output = output;
    this.#options = options;
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
    for (let tier = 0; tier < cutoffs.length; tier++) cutoffs[tier] = cutoff(tier, group, number, nowMs);
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
    const isFew =
      rollupForm(to - from, times[from]!, times[to - 1]!, MINUTE.windowMs) === ROLLUP_POINTS &&
      this.#isPoints !== false;
    if (this.#isPoints === true && !isFew) this.#writeCells();
    this.#isPoints = isFew;
    const kept = lowerBound(times, from, to, cutoffs[RAW_TIER]!);
    this.#expired += kept - from;
    this.#output.sweep(RAW_TIER, kept - from);
    const isWhole =
      this.#writeRaw(times, values, kept, to, kept === from ? chunk : undefined) && kept === from;
    if (isFew) this.#writePointCells(times, values, from, to, isWhole ? this.#output.lastRun : chunk);
    this.#accumulate(times, values, from, to - from);
    if (this.#cells.length >= CELLS_MAX) this.#writeCells();
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
    while (at < to && windowStartOf(times[at]!, windowMs) + windowMs <= cutoffs[tier]!) {
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

  /** Adds sorted points to the cells. What lies before the last cell's window is made into cells of its own and merged. */
  #accumulate(times: Float64Array, values: Float64Array, from: number, count: number): void {
    const cells = this.#cells;
    const { windowMs } = MINUTE;
    if (cells.length === 0 || times[from]! >= cells.windowStartMs[cells.length - 1]!) {
      cells.accumulate(times, values, from, count, windowMs);
      return;
    }
    this.#later.reset();
    this.#later.accumulate(times, values, from, count, windowMs);
    mergeRuns(cells, this.#later, this.#merged);
    this.#cells = this.#merged;
    this.#merged = cells;
  }

  /** Writes the cells that were collected, unless their points were, and what they make in the coarser tiers. */
  #writeCells(): void {
    let cells = this.#cells;
    if (cells.length === 0) return;
    if (this.#isPoints !== true) this.#writeTier(1, cells);
    for (let tier = 2; tier < TIER_TABLES.length; tier++) {
      const coarse = this.#coarse[tier - 2]!;
      cells.coarsen(coarse, TIER_TABLES[tier]!.windowMs);
      this.#writeTier(tier, coarse);
      cells = coarse;
    }
    this.#cells.reset();
  }

  #writeTier(tier: number, cells: CellRun): void {
    const { windowMs } = TIER_TABLES[tier]!;
    let from = 0;
    while (from < cells.length && cells.windowStartMs[from]! + windowMs <= cutoffs[tier]!) from++;
    this.#output.sweep(tier, from);
    this.#output.addCells(tier, this.#number, cells, from);
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

/** The end of the points of [from, to) that lie in the window of the first; windows are aligned to the epoch. */
function windowEnd(times: Float64Array, from: number, to: number, windowMs: number): number {
  const endMs = windowStartOf(times[from]!, windowMs) + windowMs;
  let end = from + 1;
  // A few of a minute, or all of a day.
  for (const near = Math.min(to, from + 16); end < near; end++) if (times[end]! >= endMs) return end;
  return lowerBound(times, end, to, endMs);
}

/** The first of the ascending times [from, to) at or after `timeMs`; `to` when there is none. */
function lowerBound(times: Float64Array, from: number, to: number, timeMs: number): number {
  // Mostly all or none.
  if (from === to || times[from]! >= timeMs) return from;
  if (times[to - 1]! < timeMs) return to;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
