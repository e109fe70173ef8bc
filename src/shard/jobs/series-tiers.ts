import type { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { sortPoints } from '../../../native-free-core/head/sort-points.js';
import { CHUNK_POINTS_MAX } from '../../../native-free-core/limits.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { RunBytes } from './layer-stream.js';
import type { SegmentOutput } from './segment-output.js';
import { SeriesChunks } from './series-chunks.js';
import { MINUTE, SeriesRollups } from './series-rollups.js';
import type { TierCutoff } from './tier-cutoff.js';

export interface SeriesTiersOptions {
  group: number;
  /** Points up to which small pieces are made into one chunk; a piece of at least half of that keeps its own. */
  chunkPoints: number;
  cutoff: TierCutoff;
  /** What is written: everything, or one tier alone, for merges. */
  only?: number;
}

/**
 * Makes of the points of one series after the other what they contribute to every tier: chunks (series-chunks.ts) and cells of those
 * same points (series-rollups.ts). `begin`, `add` for each piece in the order of arrival, `end`.
 *
 * For merges it writes one tier alone, and takes cells as well as points.
 *
 * Small pieces are collected and sorted by time, so that a chunk is as long as it should be; a large one that needs no change
 * is copied. The last minute of what was collected waits for the next piece, so that a window has one cell and not two.
 */
export class SeriesTiers {
  readonly #output: SegmentOutput;
  readonly #options: SeriesTiersOptions;
  /** Undefined: that tier is not written. */
  readonly #chunks: SeriesChunks | undefined;
  readonly #rollups: SeriesRollups | undefined;
  #number = -1;
  /** What of the series is not kept in each tier, ms: a series may take several steps, and others of the thread go on between. */
  readonly #cutoffs = new Float64Array(TIER_TABLES.length);
  #count = 0;
  #isSorted = true;
  #times = new Float64Array(4_096);
  #values = new Float64Array(4_096);
  #scratchTimes = new Float64Array(0);
  #scratchValues = new Float64Array(0);

  constructor(output: SegmentOutput, options: SeriesTiersOptions) {
    this.#output = output;
    this.#options = options;
    const { only } = options;
    if (only === undefined || only === RAW_TIER) this.#chunks = new SeriesChunks(output);
    if (only !== RAW_TIER) this.#rollups = new SeriesRollups(output, only ?? MINUTE.tier, only === undefined);
  }

  /** Points that were too old for the raw tier, since the last call. */
  takeExpired(): number {
    return this.#chunks?.takeExpired() ?? 0;
  }

  get number(): number {
    return this.#number;
  }

  begin(number: number, nowMs: number): void {
    this.#number = number;
    const { group, cutoff } = this.#options;
    for (let tier = 0; tier < this.#cutoffs.length; tier++)
      this.#cutoffs[tier] = cutoff(tier, group, number, nowMs);
    this.#chunks?.begin(number, this.#cutoffs[RAW_TIER]!);
    this.#rollups?.begin(number, this.#cutoffs);
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
      this.#write(times, values, from, to, chunk);
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
    this.#rollups!.addCells(cells);
  }

  end(): void {
    this.#flush(true);
    this.#rollups?.end();
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
    this.#write(times, this.#values, 0, end, undefined);
    times.copyWithin(0, end, count);
    this.#values.copyWithin(0, end, count);
    this.#count = count - end;
  }

  /** Writes sorted points [from, to); `chunk` when they are all of a chunk. */
  // Five arguments: an object a piece would be garbage.
  #write(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): void {
    const isWhole = this.#chunks?.add(times, values, from, to, chunk) === true;
    this.#rollups?.addPoints(times, values, from, to, isWhole ? this.#output.lastRun : chunk);
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
