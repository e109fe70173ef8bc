import type { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { ROLLUP_POINTS, rollupForm } from '../../../native-free-core/cell/rollup-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import type { RunBytes } from './layer-stream.js';
import type { SegmentOutput } from './segment-output.js';
import { CELLS_MAX, SeriesCells } from './series-cells.js';
import { windowEnd } from './sorted-times.js';

/** The finest rollup tier, the only one that is made of points. */
export const MINUTE = TIER_TABLES[1]!;

/**
 * Writes the cells of one series after the other: of points 1 m cells, and of those very cells, by merging alone, the cells of 5 m, 1 h
 * and 1 d. Where there are few points a minute, the 1 m cells are written as these points.
 */
export class SeriesRollups {
  readonly #output: SegmentOutput;
  readonly #hasCoarse: boolean;
  readonly #cells: SeriesCells;
  #number = -1;
  /** What is not kept, by tier, ms. */
  #cutoffs: Float64Array = new Float64Array(TIER_TABLES.length);
  /** Whether the 1 m cells are written as points, piece by piece; a series begins so when it has few points a minute. */
  #isPoints: boolean | undefined;

  /** Cells of one tier alone, or of 1 m with those of all coarser tiers. */
  constructor(output: SegmentOutput, tier: number, hasCoarse: boolean) {
    this.#output = output;
    this.#hasCoarse = hasCoarse;
    this.#cells = new SeriesCells(output, tier, hasCoarse);
  }

  /** `cutoffs` are read until the series ends. */
  begin(number: number, cutoffs: Float64Array): void {
    this.#number = number;
    this.#cutoffs = cutoffs;
    this.#isPoints = undefined;
  }

  /** Takes sorted points [from, to); `chunk` when they are all of a chunk. */
  // Five arguments: an object a piece would be garbage.
  addPoints(
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
    if (isFew) this.#writePoints(times, values, from, to, chunk);
    if (!isFew || this.#hasCoarse) this.#cells.add(times, values, from, to - from);
    if (this.#cells.length >= CELLS_MAX) this.#writeCells();
  }

  /** Takes cells of the one tier that is written, at least one. */
  addCells(cells: CellRun): void {
    // What was written as points stays so.
    if (this.#isPoints === true) this.#writeCells();
    this.#isPoints = false;
    this.#cells.merge(cells);
    if (this.#cells.length >= CELLS_MAX) this.#writeCells();
  }

  end(): void {
    this.#writeCells();
  }

  /** 1 m cells in the form of points: runs of one stretch and a bounded number of windows. */
  #writePoints(
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
}
