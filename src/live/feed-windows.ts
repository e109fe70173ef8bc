import { Cell } from '../../native-free-core/cell/cell.js';
import type { CellRun } from '../../native-free-core/cell/cell-run.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import type { FeedBudget } from './live-budget.js';

/** What a cell takes besides its sketch, about, bytes. */
const CELL_BYTES = 256;

/** A window of a feed: a cell for each group that has points in it. */
export interface FeedWindow {
  readonly startMs: number;
  readonly cells: Map<number, Cell>;
  /** Groups that have changed since the window was told. */
  changed: Set<number>;
  isClosed: boolean;
  /** Points that came since it was told. */
  points: number;
}

/** The windows that a feed remembers. */
export class FeedWindows {
  /** What is older is no business of the feed's. */
  oldestMs = Number.NEGATIVE_INFINITY;
  readonly #windowMs: number;
  readonly #budget: FeedBudget;
  readonly #windows = new Map<number, FeedWindow>();

  constructor(windowMs: number, budget: FeedBudget) {
    this.#windowMs = windowMs;
    this.#budget = budget;
  }

  /** Those that are remembered, ascending; older ones are forgotten. */
  inOrder(): FeedWindow[] {
    for (const window of this.#windows.values()) if (window.startMs < this.oldestMs) this.#forget(window);
    return [...this.#windows.values()].sort((a, b) => a.startMs - b.startMs);
  }

  get(startMs: number): FeedWindow | undefined {
    return this.#windows.get(startMs);
  }

  clear(): void {
    for (const window of this.#windows.values()) this.#forget(window);
  }

  // Five arguments: a run of points in columns, a call a series.
  addPoints(group: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const startMs = windowStartOf(times[at]!, this.#windowMs);
      const endMs = startMs + this.#windowMs;
      const first = at++;
      while (at < to && times[at]! >= startMs && times[at]! < endMs) at++;
      if (startMs < this.oldestMs) continue;
      const window = this.#windowAt(startMs);
      const cell = this.#cellOf(window, group);
      const before = cell.sketch.bytes;
      for (let i = first; i < at; i++) cell.add(times[i]!, values[i]!);
      this.#changed(window, group, at - first, cell.sketch.bytes - before);
    }
  }

  /** Adds cells [from, to) of a run, whose windows divide those of the feed. */
  addCells(group: number, run: CellRun, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const startMs = windowStartOf(run.windowStartMs[i]!, this.#windowMs);
      if (startMs < this.oldestMs) continue;
      const window = this.#windowAt(startMs);
      const cell = this.#cellOf(window, group);
      const before = cell.sketch.bytes;
      const count = cell.count;
      run.mergeInto(i, cell);
      this.#changed(window, group, cell.count - count, cell.sketch.bytes - before);
    }
  }

  #windowAt(startMs: number): FeedWindow {
    let window = this.#windows.get(startMs);
    if (window === undefined) {
      window = { startMs, cells: new Map(), changed: new Set(), isClosed: false, points: 0 };
      this.#windows.set(startMs, window);
    }
    return window;
  }

  #cellOf(window: FeedWindow, group: number): Cell {
    let cell = window.cells.get(group);
    if (cell === undefined) {
      cell = new Cell();
      window.cells.set(group, cell);
      this.#budget.takeBytes(CELL_BYTES + cell.sketch.bytes);
    }
    return cell;
  }

  // Four arguments: what one run of points did.
  #changed(window: FeedWindow, group: number, points: number, bytes: number): void {
    window.changed.add(group);
    window.points += points;
    if (bytes > 0) this.#budget.takeBytes(bytes);
  }

  #forget(window: FeedWindow): void {
    this.#windows.delete(window.startMs);
    let bytes = 0;
    for (const { sketch } of window.cells.values()) bytes += CELL_BYTES + sketch.bytes;
    this.#budget.giveBytes(bytes);
  }
}
