import { assert } from '../assert.js';
import { Cell } from './cell.js';
import type { CellRun } from './cell-run.js';

// Scratch of this thread; nothing of it outlives a call.
const merged = new Cell();

/**
 * Replaces `out` by the union of two runs of one series and tier, ascending; cells of equal windows are merged, and
 * there the points of `earlier` count as arrived before those of `later`. This is how late and backfilled points
 * enter stored cells.
 */
export function mergeRuns(earlier: CellRun, later: CellRun, out: CellRun): void {
  assert(out !== earlier && out !== later, 'runs merge into a third one');
  out.reset();
  let i = 0;
  let j = 0;
  while (i < earlier.length || j < later.length) {
    const left = i < earlier.length ? earlier.windowStartMs[i]! : Number.POSITIVE_INFINITY;
    const right = j < later.length ? later.windowStartMs[j]! : Number.POSITIVE_INFINITY;
    if (left < right) out.appendFrom(earlier, i++);
    else if (right < left) out.appendFrom(later, j++);
    else {
      merged.reset();
      earlier.mergeInto(i++, merged);
      later.mergeInto(j++, merged);
      out.append(left, merged);
    }
  }
}
