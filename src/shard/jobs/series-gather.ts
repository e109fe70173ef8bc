import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { mergeRuns } from '../../../native-free-core/cell/merge-runs.js';
import { sortPoints } from '../../../native-free-core/head/sort-points.js';
import type { SeriesSlice } from '../../../native-free-core/tier/slice-edits.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { RunCopier } from './run-copier.js';

/** By window, in how many runs it stands, and how many of them have been written anew. */
export type WindowStands = Map<number, { all: number; met: number }>;

/**
 * The cells of one series and tier whose windows begin in [startMs, endMs), gathered run by run in the order of arrival,
 * whatever their order in time.
 */
export class CellGather {
  /** How often each window stands in the runs. */
  readonly stands: WindowStands = new Map();
  readonly #startMs: number;
  readonly #endMs: number;
  /** Each ascends; of equal windows the earlier part has what arrived first. */
  #parts: CellRun[] = [];

  constructor(startMs: number, endMs: number) {
    this.#startMs = startMs;
    this.#endMs = endMs;
  }

  add(cells: CellRun): void {
    let part = this.#parts.at(-1);
    for (let i = 0; i < cells.length; i++) {
      const windowMs = cells.windowStartMs[i]!;
      if (windowMs < this.#startMs || windowMs >= this.#endMs) continue;
      if (part === undefined || !(windowMs > part.windowStartMs[part.length - 1]!)) {
        part = new CellRun();
        this.#parts.push(part);
      }
      part.appendFrom(cells, i);
      const stand = this.stands.get(windowMs);
      if (stand === undefined) this.stands.set(windowMs, { all: 1, met: 0 });
      else stand.all++;
    }
  }

  /** All of them as one run. Merges neighbours in pairs: a series has a run for each hundred cells, and one after the other would be quadratic. */
  merge(): CellRun {
    while (this.#parts.length > 1) {
      const merged: CellRun[] = [];
      for (let i = 0; i < this.#parts.length; i += 2) {
        const [earlier, later] = [this.#parts[i]!, this.#parts[i + 1] ?? NOTHING];
        const both = new CellRun();
        mergeRuns(earlier, later, both);
        merged.push(both);
      }
      this.#parts = merged;
    }
    return this.#parts[0] ?? new CellRun();
  }
}

const NOTHING = new CellRun();

/** What one series has in [startMs, endMs), in all tiers, gathered run by run in the order of arrival. */
export class SeriesGather {
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  /** By rollup tier. */
  readonly #cells: readonly CellGather[];

  constructor(startMs: number, endMs: number) {
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#cells = TIER_TABLES.slice(1).map(() => new CellGather(startMs, endMs));
  }

  /** By rollup tier, how often each window stands in the runs. */
  get stands(): readonly WindowStands[] {
    return this.#cells.map(({ stands }) => stands);
  }

  /** Takes the run of a tier that was read last. */
  add(tier: number, { rows, times, values, cells }: RunCopier): void {
    if (tier !== RAW_TIER) {
      this.#cells[tier - 1]!.add(cells);
      return;
    }
    for (let i = 0; i < rows; i++) {
      const time = times[i]!;
      if (time < this.#startMs || time >= this.#endMs) continue;
      this.#times.push(time);
      this.#values.push(values[i]!);
    }
  }

  slice(): SeriesSlice {
    const count = this.#times.length;
    const times = Float64Array.from(this.#times);
    const values = Float64Array.from(this.#values);
    sortPoints(times, values, count, new Float64Array(count), new Float64Array(count));
    return { times, values, count, runs: this.#cells.map((cells) => cells.merge()) };
  }
}
