import { type MetricsResult, metricsPresenter } from '../http/present/metrics.js';
import { SeriesConditions } from './label-matcher.js';
import type { LineScan } from './line-scan.js';
import { defineQuestion } from './question.js';
import { Selection } from './selection.js';
import type { ShardView } from './shard-view.js';
import type { StopCheck } from './stop-check.js';

type MetricRow = MetricsResult['metrics'][number];

/**
 * Each metric with the number of its series that meet the conditions, and the times of its oldest and
 * newest point. Series count once they have a point; a metric without any is left out.
 */
function metricsOf(
  views: readonly ShardView[],
  conditions: SeriesConditions,
  scan: LineScan,
  stop: StopCheck,
): MetricsResult {
  const rows = new Map<string, MetricRow>();
  for (const view of views) {
    for (const metric of view.index.metrics) {
      if (!conditions.matchesName(metric.name)) continue;
      const selection = new Selection();
      selection.add(view, view.index.select(metric, conditions));
      scan.scan(selection, stop, (_ordinal, lines, at) => {
        let row = rows.get(metric.name);
        if (row === undefined) {
          row = {
            name: metric.name,
            series: 0,
            firstSeenMs: lines.oldestMs[at]!,
            lastSeenMs: lines.newestMs[at]!,
          };
          rows.set(metric.name, row);
        }
        row.series++;
        row.firstSeenMs = Math.min(row.firstSeenMs, lines.oldestMs[at]!);
        row.lastSeenMs = Math.max(row.lastSeenMs, lines.newestMs[at]!);
      });
    }
  }
  return { metrics: [...rows.values()] };
}

/** GET /api/metrics */
export const metricsQuestion = defineQuestion(
  metricsPresenter,
  ({ views, lines }) =>
    ({ selectors }, stop) =>
      metricsOf(views, new SeriesConditions(selectors), lines, stop),
);
