import { type MetricsRequest, type MetricsResult, metricsPresenter } from '../http/present/metrics.js';
import type { IndexedMetric } from './indexed-metric.js';
import { SeriesConditions } from './label-matcher.js';
import { searchNames } from './name-search.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

type MetricRow = MetricsResult['metrics'][number];

/**
 * Each metric with the number of its series that meet the conditions, and the times of its oldest and
 * newest point. Series count once they have a point; a metric without any is left out. Where few metrics are asked for, the series of few are
 * looked at: of as many as that, then of twice as many while some had no point.
 */
function metricsOf(tools: QueryTools, request: MetricsRequest, stop: StopCheck): MetricsResult {
  const { search, selectors, limit = Number.POSITIVE_INFINITY } = request;
  const conditions = new SeriesConditions(selectors);
  const all = searchNames(tools.series.metricsThat(conditions), ({ name }) => name, { search }, stop);
  let metrics: MetricRow[] = [];
  for (let from = 0, some = limit; from < all.length && metrics.length < limit; from += some, some *= 2) {
    metrics = metrics.concat(rowsOf(tools, all.slice(from, from + some), conditions, stop));
  }
  return { metrics: metrics.slice(0, request.limit) };
}

/** The rows of metrics, in their order. */
// Four arguments: whose rows, of which series, and who looks.
function rowsOf(
  { views, series, lines }: QueryTools,
  metrics: readonly IndexedMetric[],
  conditions: SeriesConditions,
  stop: StopCheck,
): MetricRow[] {
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
  return metrics.map(({ order }) => rows[order]).filter((row) => row !== undefined);
}

/** GET /api/metrics */
export const metricsQuestion = defineQuestion(
  metricsPresenter,
  (tools) => (request, stop) => metricsOf(tools, request, stop),
);
