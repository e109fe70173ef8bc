import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { TIER_NAMES, type TierName } from '../../native-free-core/tier/tiers.js';
import { MillraceError } from '../errors.js';
import { nearest } from '../http/nearest.js';
import type { LabelMatcher } from '../http/ports.js';
import { TIER_TABLES } from '../store/tier-tables.js';
import type { IndexedMetric } from './indexed-metric.js';
import { SeriesConditions } from './label-matcher.js';
import { HORIZON_MARGIN_MS, METRICS_SELECTED_MAX, NEAR_NAMES_MAX } from './limits.js';
import { LineScan } from './line-scan.js';
import type { LiveCoverage } from './live-coverage.js';
import { PointScan } from './point-scan.js';
import type { QueryFindings } from './query-findings.js';
import type { QueryLimits } from './query-limits.js';
import type { SeenShards } from './seen-shards.js';
import { Selection } from './selection.js';
import { SelectionMemo } from './selection-memo.js';
import { selectorsKey } from './selectors-key.js';
import type { SeriesIndex } from './series-index.js';
import type { ShardView } from './shard-view.js';
import { sizeHorizonMs } from './size-horizon.js';
import { tooBig } from './stop-check.js';
import { WindowQuery } from './window-query.js';

/** What the configuration says of queries. */
export interface QuerySettings {
  retention: RetentionPolicy;
  /** What each tier may take, bytes, in the order of TIER_NAMES; Infinity where it has no bound. */
  tierBytesMax: readonly number[];
  limits: QueryLimits;
  /** Memory for remembered cells, bytes; CELL_CACHE_BYTES where it isn't said. */
  cellCacheBytes?: number;
}

/** What a thread's questions have in common: the shards as it sees them, and scans whose memory is used again. */
export class QueryTools {
  /** In the order of shards. */
  readonly views: readonly ShardView[];
  readonly series: SeriesIndex;
  readonly coverage: LiveCoverage;
  readonly lines = new LineScan();
  readonly points: PointScan;
  readonly windows: WindowQuery;
  readonly #settings: QuerySettings;
  readonly #memo: SelectionMemo;

  constructor(
    { views, series }: SeenShards,
    findings: QueryFindings,
    coverage: LiveCoverage,
    settings: QuerySettings,
  ) {
    this.views = views;
    this.series = series;
    this.coverage = coverage;
    this.points = new PointScan(findings, settings.cellCacheBytes);
    this.windows = new WindowQuery(this.points, this.lines);
    this.#settings = settings;
    this.#memo = new SelectionMemo(series);
  }

  /** The oldest time of a metric that each tier surely keeps while a query of this moment runs. */
  horizons(metric: string, nowMs: number): (tier: TierName) => number {
    const { retention, tierBytesMax } = this.#settings;
    const metricClass = retention.classOf(metric);
    const known = new Map<TierName, number>();
    return (name) => {
      let horizonMs = known.get(name);
      if (horizonMs !== undefined) return horizonMs;
      const tier = TIER_TABLES[TIER_NAMES.indexOf(name)]!;
      horizonMs = nowMs - retention.retentionMs(metricClass, tier.tier) + HORIZON_MARGIN_MS;
      if (Number.isFinite(tierBytesMax[tier.tier])) {
        horizonMs = Math.max(horizonMs, sizeHorizonMs(this.views, tier, nowMs));
      }
      known.set(name, horizonMs);
      return horizonMs;
    };
  }

  /**
   * The series of a metric that match, perhaps none.
   * @throws MillraceError MR_UNKNOWN_METRIC when no shard knows the metric
   */
  select(metric: string, selectors: readonly LabelMatcher[]): Selection {
    // What was stored in this very moment may not be counted yet, so nobody is told "unknown" without a second look.
    if (this.series.metric(metric) === undefined) this.series.refreshAll();
    const known = this.series.metric(metric);
    if (known === undefined) throw this.#unknown(metric);
    return this.#selectionOf([known], selectors);
  }

  #selectionOf(metrics: readonly IndexedMetric[], selectors: readonly LabelMatcher[]): Selection {
    let key = selectorsKey(selectors);
    for (const { entry } of metrics) key += ` ${entry}`;
    return this.#memo.get(key, () => {
      const conditions = new SeriesConditions(selectors);
      const selection = new Selection(this.#settings.limits.series);
      for (const view of this.views) selection.add(view, view.index.selectAll(metrics, conditions));
      return selection;
    });
  }

  /**
   * The series of all metrics whose names meet the conditions, and how far back each tier keeps all of them.
   * @throws MillraceError MR_UNKNOWN_METRIC when no metric does, MR_QUERY_TOO_BIG when too many do
   */
  selectSeveral(
    names: readonly LabelMatcher[],
    selectors: readonly LabelMatcher[],
    nowMs: number,
  ): { selection: Selection; horizonMs: (tier: TierName) => number } {
    const ofNames = new SeriesConditions(names);
    this.series.foreseeForMetrics('matchedText');
    const find = () => this.series.metricsThat(ofNames);
    let metrics = find();
    if (metrics.length === 0) {
      this.series.refreshAll();
      metrics = find();
    }
    if (metrics.length === 0) {
      const condition = names.map(({ op, value }) => `__name__${op}${JSON.stringify(value)}`).join(',');
      throw new MillraceError(
        'MR_UNKNOWN_METRIC',
        `No metric's name meets {${condition}}. GET /metrics/names lists all.`,
      );
    }
    if (metrics.length > METRICS_SELECTED_MAX) {
      throw tooBig(
        `reads ${metrics.length} metrics, more than ${METRICS_SELECTED_MAX}`,
        'Name fewer in match={__name__=~"…"}.',
      );
    }
    const selection = this.#selectionOf(metrics, selectors);
    const horizons = metrics.map(({ name }) => this.horizons(name, nowMs));
    return {
      selection,
      horizonMs: (tier) =>
        horizons.reduce((latest, of) => Math.max(latest, of(tier)), Number.NEGATIVE_INFINITY),
    };
  }

  #unknown(metric: string): MillraceError {
    this.series.foreseeForMetrics('nearName');
    const names = this.series.metrics.map(({ name }) => name);
    const near = nearest(metric, names, NEAR_NAMES_MAX, () => this.series.look());
    const hint = near.length === 0 ? 'GET /metrics/names lists all.' : `Near names: ${near.join(', ')}.`;
    return new MillraceError('MR_UNKNOWN_METRIC', `There is no metric ${JSON.stringify(metric)}. ${hint}`, {
      fields: { metric_name: metric, near },
    });
  }
}
