import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { mergeRuns } from '../../../native-free-core/cell/merge-runs.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import type { SegmentOutput } from './segment-output.js';

/** Cells that one series collects before they are written: bounds memory, and what one series costs at its end. */
export const CELLS_MAX = 16_384;

/**
 * Collects cells of one series in one tier, in the order of arrival, and writes them; those of the finest tier also as what
 * they make in the coarser ones, by merging alone.
 */
export class SeriesCells {
  readonly #output: SegmentOutput;
  readonly #tier: number;
  readonly #hasCoarse: boolean;
  #cells = new CellRun();
  #merged = new CellRun();
  readonly #later = new CellRun();
  readonly #coarse = TIER_TABLES.map(() => new CellRun());

  constructor(output: SegmentOutput, tier: number, hasCoarse: boolean) {
    this.#output = output;
    this.#tier = tier;
    this.#hasCoarse = hasCoarse;
  }

  get length(): number {
    return this.#cells.length;
  }

  /** Adds sorted points. What lies before the last cell's window is made into cells of its own and merged. */
  add(times: Float64Array, values: Float64Array, from: number, count: number): void {
    const cells = this.#cells;
    const { windowMs } = TIER_TABLES[this.#tier]!;
    if (cells.length === 0 || times[from]! >= cells.windowStartMs[cells.length - 1]!) {
      cells.accumulate(times, values, from, count, windowMs);
      return;
    }
    this.#later.reset();
    this.#later.accumulate(times, values, from, count, windowMs);
    this.merge(this.#later);
  }

  /** Merges cells of later arrival into those collected. */
  merge(later: CellRun): void {
    const cells = this.#cells;
    if (cells.length === 0 || later.windowStartMs[0]! > cells.windowStartMs[cells.length - 1]!) {
      for (let i = 0; i < later.length; i++) cells.appendFrom(later, i);
      return;
    }
    mergeRuns(cells, later, this.#merged);
    this.#cells = this.#merged;
    this.#merged = cells;
  }

  /** Writes what was collected, but for cells whose window lies before their tier's cutoff; `isCoarseOnly`: their own tier has them. */
  write(number: number, cutoffs: Float64Array, isCoarseOnly: boolean): void {
    let cells = this.#cells;
    if (cells.length === 0) return;
    if (!isCoarseOnly) this.#writeTier(this.#tier, number, cells, cutoffs);
    for (let tier = this.#tier + 1; this.#hasCoarse && tier < TIER_TABLES.length; tier++) {
      const coarse = this.#coarse[tier]!;
      cells.coarsen(coarse, TIER_TABLES[tier]!.windowMs);
      this.#writeTier(tier, number, coarse, cutoffs);
      cells = coarse;
    }
    this.#cells.reset();
  }

  #writeTier(tier: number, number: number, cells: CellRun, cutoffs: Float64Array): void {
    const { windowMs } = TIER_TABLES[tier]!;
    let from = 0;
    while (from < cells.length && cells.windowStartMs[from]! + windowMs <= cutoffs[tier]!) from++;
    this.#output.sweep(tier, from);
    this.#output.addCells(tier, number, cells, from);
  }
}
