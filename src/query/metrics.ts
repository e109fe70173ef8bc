import { type MetricsRequest, type MetricsResult, metricsPresenter } from '../http/present/metrics.js';
import { SeriesConditions } from './label-matcher.js';
import { searchNames } from './name-search.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

type MetricRow = MetricsResult['metrics'][number];

/**
 * Each metric with the number of its series that meet the conditions, and the times of its oldest and
 * newest point. Series count once they have a point; a metric without any is left out.
 */
function metricsOf(
  { views, series, lines }: QueryTools,
  request: MetricsRequest,
  stop: StopCheck,
): MetricsResult {
  const conditions = new SeriesConditions(request.selectors);
  const metrics = searchNames(
    series.metricsThat(conditions),
    ({ name }) => name,
    { search: request.search },
    stop,
  );
  const selection = new Selection(Number.POSITIVE_INFINITY);
  for (const view of views) selection.add(view, view.index.selectAll(metrics, conditions));
  const rows: (MetricRow | undefined)[] = [];
  lines.scan(selection, stop, (_ordinal, columns, at, id) => {
    const { name, order } = series.metricAt(id);
    const [oldestMs, newestMs] = [columns.oldestMs[at]!, columns.newestMs[at]!];
    const row = (rows[order] ??= { name, series: 0, firstSeenMs: oldestMs, lastSeenMs: newestMs });
    row.series++;
    row.firstSeenMs = Math.min(row.firstSeenMs, oldestMs);
    row.lastSeenMs = Math.max(row.lastSeenMs, newestMs);
  });
  const found = metrics.map(({ order }) => rows[order]).filter((row) => row !== undefined);
  return { metrics: found.slice(0, request.limit) };
}

/** GET /api/metrics */
export const metricsQuestion = defineQuestion(
  metricsPresenter,
  (tools) => (request, stop) => metricsOf(tools, request, stop),
);
