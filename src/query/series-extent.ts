import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import type { LineScan } from './line-scan.js';
import type { TimeRange } from './point-scan.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/** When the selected series had their first and their last point. */
export class SeriesExtent {
  /** By ordinal: the time of the first point that the series ever had; Infinity where it had none. */
  readonly oldestMs: Float64Array;
  #oldest = Number.POSITIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;

  /** From the lines of the open state, so a cache line a series and no disk. */
  constructor(selection: Selection, lines: LineScan, stop: StopCheck) {
    this.oldestMs = new Float64Array(selection.count).fill(Number.POSITIVE_INFINITY);
    lines.scan(selection, stop, (ordinal, columns, at) => {
      this.oldestMs[ordinal] = columns.oldestMs[at]!;
      this.#oldest = Math.min(this.#oldest, columns.oldestMs[at]!);
      this.#newest = Math.max(this.#newest, columns.newestMs[at]!);
    });
  }

  /**
   * The part of a range in which there can be points, to whole windows of `stepMs` (of a day, where it is Infinity), so that
   * where points happen to begin and to end cuts no window of a tier. Empty where there are no points.
   */
  clip({ startMs, endMs }: TimeRange, stepMs: number): TimeRange {
    if (this.#newest < this.#oldest) return { startMs, endMs: startMs };
    const windowMs = Number.isFinite(stepMs) ? stepMs : DAY_MS;
    const fromMs = Math.max(startMs, windowStartOf(this.#oldest, windowMs));
    const toMs = Math.min(endMs, windowStartOf(this.#newest, windowMs) + windowMs);
    return { startMs: fromMs, endMs: Math.max(fromMs, toMs) };
  }

  /**
   * The same, but whole windows also where they reach beyond the range, if no points lie there: so an end such as "now" cuts no
   * window either.
   */
  clipToWindows(range: TimeRange, stepMs: number): TimeRange {
    const clipped = this.clip(range, stepMs);
    if (!(clipped.startMs < clipped.endMs)) return clipped;
    const windowMs = Number.isFinite(stepMs) ? stepMs : DAY_MS;
    const { startMs, endMs } = clipped;
    return {
      startMs: this.#oldest < startMs ? startMs : windowStartOf(startMs, windowMs),
      endMs: this.#newest >= endMs ? endMs : windowStartOf(endMs - 1, windowMs) + windowMs,
    };
  }

  /** What a scan of a range may take points of: what came since this was looked at must not lie beyond its ends. */
  pointsWithin({ startMs, endMs }: TimeRange): TimeRange {
    return {
      startMs: this.#oldest < startMs ? Number.NEGATIVE_INFINITY : startMs,
      endMs: this.#newest >= endMs ? Number.POSITIVE_INFINITY : endMs,
    };
  }
}

const DAY_MS = 86_400_000;
