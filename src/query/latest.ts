import type { LatestResult } from '../http/present/results.js';
import type { LineScan } from './line-scan.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/**
 * GET /api/metrics/{metric}/latest: the newest point of the selected series; of equal times, that of the first series.
 * Undefined when none has a point.
 */
export function latestOf(selection: Selection, scan: LineScan, stop: StopCheck): LatestResult | undefined {
  let newest = -1;
  let timeMs = Number.NEGATIVE_INFINITY;
  let value = 0;
  scan.scan(selection, stop, (ordinal, lines, at) => {
    if (lines.newestMs[at]! <= timeMs) return;
    newest = ordinal;
    timeMs = lines.newestMs[at]!;
    value = lines.newestValue[at]!;
  });
  return newest < 0 ? undefined : { kind: 'latest', timeMs, value, labels: selection.labelsOf(newest) };
}
