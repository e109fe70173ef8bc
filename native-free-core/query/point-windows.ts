import type { CellColumns } from '../cell/cell-columns.js';
import { windowStartOf } from '../cell/window-start.js';

/** Cells that are gathered before they are handed on: columns of 2 KiB each stay in the first-level cache. */
const CAPACITY = 256;

/**
 * Turns points of one series into cells without sketches, some at a time, in memory that is used again. Points may come in any
 * order: where times go back a new cell begins, so the same window may come several times, always in the order of arrival.
 */
export class PointWindows implements CellColumns {
  length = 0;
  readonly windowStartMs = new Float64Array(CAPACITY);
  readonly count = new Float64Array(CAPACITY);
  readonly sum = new Float64Array(CAPACITY);
  readonly squares = new Float64Array(CAPACITY);
  readonly min = new Float64Array(CAPACITY);
  readonly max = new Float64Array(CAPACITY);
  readonly firstValue = new Float64Array(CAPACITY);
  readonly firstTimeMs = new Float64Array(CAPACITY);
  readonly lastValue = new Float64Array(CAPACITY);
  readonly lastTimeMs = new Float64Array(CAPACITY);
  /** Where the points of each cell begin in the columns that they came from. */
  readonly from = new Uint32Array(CAPACITY);
  readonly to = new Uint32Array(CAPACITY);

  /**
   * Replaces what is here by the cells of points [from, to), as many as there is room for; answers where the next
   * call goes on. `windowMs` may be Infinity: then all windows are one, which begins at 0.
   */
  gather(times: Float64Array, values: Float64Array, from: number, to: number, windowMs: number): number {
    // Columns as locals and one loop, because windows of a few points would otherwise be spent on loading fields.
    const { windowStartMs, count, sum, squares, min, max } = this;
    const { firstValue, firstTimeMs, lastValue, lastTimeMs } = this;
    const isEndless = windowMs === Number.POSITIVE_INFINITY;
    let at = 0;
    let i = from;
    for (; i < to && at < CAPACITY; at++) {
      const start = i;
      const startMs = isEndless ? 0 : windowStartOf(times[i]!, windowMs);
      const endMs = startMs + windowMs;
      const first = values[i]! + 0; // -0 becomes 0
      let before = times[i]!;
      let total = first;
      let square = 0;
      let low = first;
      let high = first;
      for (i++; i < to; i++) {
        const timeMs = times[i]!;
        if (timeMs >= endMs || timeMs < before) break;
        before = timeMs;
        const value = values[i]!;
        const distance = value - first;
        total += value;
        square += distance * distance;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      windowStartMs[at] = startMs;
      count[at] = i - start;
      sum[at] = total;
      squares[at] = square;
      min[at] = low + 0;
      max[at] = high + 0;
      firstValue[at] = first;
      firstTimeMs[at] = times[start]!;
      lastValue[at] = values[i - 1]! + 0;
      lastTimeMs[at] = before;
      this.from[at] = start;
      this.to[at] = i;
    }
    this.length = at;
    return i;
  }
}
