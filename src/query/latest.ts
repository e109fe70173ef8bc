import { MillraceError } from '../errors.js';
import { type LatestPoint, type LatestResult, latestPresenter } from '../http/present/latest.js';
import type { LineScan } from './line-scan.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import type { SeriesGroups } from './series-groups.js';
import type { StopCheck } from './stop-check.js';

/** The newest point of each group; of equal times, that of the first series. Undefined where a group has none. */
function newestByGroup(
  selection: Selection,
  groups: SeriesGroups,
  scan: LineScan,
  stop: StopCheck,
): (LatestPoint | undefined)[] {
  const newest = new Int32Array(groups.count).fill(-1);
  const times = new Float64Array(groups.count).fill(Number.NEGATIVE_INFINITY);
  const values = new Float64Array(groups.count);
  scan.scan(selection, stop, (ordinal, lines, at) => {
    const group = groups.of(ordinal);
    if (lines.newestMs[at]! <= times[group]!) return;
    newest[group] = ordinal;
    times[group] = lines.newestMs[at]!;
    values[group] = lines.newestValue[at]!;
  });
  return Array.from(newest, (ordinal, group) =>
    ordinal < 0
      ? undefined
      : { timeMs: times[group]!, value: values[group]!, labels: selection.labelsOf(ordinal) },
  );
}

function latestOf(
  selection: Selection,
  groupBy: readonly string[],
  scan: LineScan,
  stop: StopCheck,
): LatestResult | undefined {
  const [all] = newestByGroup(selection, selection.groupsBy([]), scan, stop);
  if (all === undefined || groupBy.length === 0) return all;
  const groups = newestByGroup(selection, selection.groupsBy(groupBy), scan, stop);
  return { ...all, groups: groups.filter((point) => point !== undefined) };
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
