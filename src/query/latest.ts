import { MillraceError } from '../errors.js';
import { type LatestResult, latestPresenter } from '../http/present/latest.js';
import type { LineScan } from './line-scan.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/**
 * The newest point of the selected series; of equal times, that of the first series.
 * Undefined when none has a point.
 */
function latestOf(selection: Selection, scan: LineScan, stop: StopCheck): LatestResult | undefined {
  let newest = -1;
  let timeMs = Number.NEGATIVE_INFINITY;
  let value = 0;
  scan.scan(selection, stop, (ordinal, lines, at) => {
    if (lines.newestMs[at]! <= timeMs) return;
    newest = ordinal;
    timeMs = lines.newestMs[at]!;
    value = lines.newestValue[at]!;
  });
  return newest < 0 ? undefined : { timeMs, value, labels: selection.labelsOf(newest) };
}

/** GET /api/metrics/{metric}/latest */
export const latestQuestion = defineQuestion(latestPresenter, (tools) => ({ metric, selectors }, stop) => {
  const latest = latestOf(tools.select(metric, selectors), tools.lines, stop);
  if (latest !== undefined) return latest;
  throw new MillraceError('MR_NO_DATA', `No series of ${JSON.stringify(metric)} that matches has a point.`);
});
