import { MillraceError } from '../errors.js';
import { type LatestPoint, type LatestResult, latestPresenter } from '../http/present/latest.js';
import { TEXTS_AT_ONCE } from './limits.js';
import type { LineScan } from './line-scan.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/** The newest points that were met: of equal times, that of the last series, as `last` of windows. Place 0 is that of all, the others are groups. */
class NewestPoints {
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  readonly #ordinals: Int32Array;

  constructor(places: number) {
    this.#times = new Float64Array(places).fill(Number.NEGATIVE_INFINITY);
    this.#values = new Float64Array(places);
    this.#ordinals = new Int32Array(places).fill(-1);
  }

  take(place: number, ordinal: number, timeMs: number, value: number): void {
    if (timeMs < this.#times[place]!) return;
    this.#times[place] = timeMs;
    this.#values[place] = value;
    this.#ordinals[place] = ordinal;
  }

  /** Undefined where none was met. */
  of(place: number, selection: Selection): LatestPoint | undefined {
    const ordinal = this.#ordinals[place]!;
    if (ordinal < 0) return undefined;
    const labels = selection.labelsOf(ordinal);
    return { timeMs: this.#times[place]!, value: this.#values[place]!, labels };
  }
}

function latestOf(
  selection: Selection,
  groupBy: readonly string[],
  scan: LineScan,
  stop: StopCheck,
): LatestResult | undefined {
  stop.foresee('series', selection.count);
  const groups = selection.groupsBy(groupBy, stop);
  stop.foresee('answerValue', groupBy.length > 0 ? groups.count : 1);
  const newest = new NewestPoints(1 + groups.count);
  scan.scan(selection, stop, (ordinal, lines, at) => {
    const [timeMs, value] = [lines.newestMs[at]!, lines.newestValue[at]!];
    newest.take(0, ordinal, timeMs, value);
    if (groupBy.length > 0) newest.take(1 + groups.of(ordinal), ordinal, timeMs, value);
  });
  const all = newest.of(0, selection);
  if (all === undefined || groupBy.length === 0) return all;
  const found: LatestPoint[] = [];
  for (let group = 0; group < groups.count; group++) {
    if (group % TEXTS_AT_ONCE === 0) stop.check();
    const point = newest.of(1 + group, selection);
    if (point !== undefined) found.push(point);
  }
  return { ...all, groups: found };
}

/** GET /api/metrics/{metric}/latest */
export const latestQuestion = defineQuestion(
  latestPresenter,
  (tools) =>
    ({ metric, selectors, groupBy = [] }, stop) => {
      const latest = latestOf(tools.select(metric, selectors), groupBy, tools.lines, stop);
      if (latest !== undefined) return latest;
      throw new MillraceError(
        'MR_NO_DATA',
        `No series of ${JSON.stringify(metric)} that matches has a point.`,
      );
    },
);
