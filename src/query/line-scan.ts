import { LineColumns } from './head-reader.js';
import { LINES_AT_ONCE } from './limits.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/** Called for each selected series that has had a point: its ordinal, its place in the columns, and its id. */
export type LineVisitor = (ordinal: number, lines: LineColumns, at: number, id: number) => void;

/** Visits what the open state knows of selected series without their points: the oldest, the newest. Touches no store. */
export class LineScan {
  readonly #slots = new Uint32Array(LINES_AT_ONCE);
  readonly #lines = new LineColumns();

  scan(selection: Selection, stop: StopCheck, visit: LineVisitor): void {
    const lines = this.#lines;
    for (const { view, ids, firstOrdinal } of selection.shards) {
      for (let from = 0; from < ids.length; from += LINES_AT_ONCE) {
        stop.check();
        const count = Math.min(LINES_AT_ONCE, ids.length - from);
        for (let i = 0; i < count; i++) this.#slots[i] = view.index.slotOf(ids.items[from + i]!);
        view.head.readLines(this.#slots, count, lines, stop);
        for (let i = 0; i < count; i++) {
          if (lines.hasPoint[i] === 1) visit(firstOrdinal + from + i, lines, i, ids.items[from + i]!);
        }
      }
    }
  }
}
