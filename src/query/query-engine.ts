import { MillraceError } from '../errors.js';
import { nearest } from '../http/nearest.js';
import type { LabelMatcher, QueryAnswer, QueryRequest, RawRequest } from '../http/ports.js';
import { presentAnswer } from '../http/present/present.js';
import { CurrentQuery } from './current.js';
import { SeriesConditions } from './label-matcher.js';
import { latestOf } from './latest.js';
import { NEAR_NAMES_MAX } from './limits.js';
import { LineScan } from './line-scan.js';
import type { LiveCoverage } from './live-coverage.js';
import { metricsOf } from './metrics.js';
import { namesOf } from './names.js';
import { PointScan } from './point-scan.js';
import type { QueryFindings } from './query-findings.js';
import { rawOf } from './raw.js';
import { parseCursor } from './raw-cursor.js';
import { Selection } from './selection.js';
import type { ShardView } from './shard-view.js';
import { StatsQuery } from './stats.js';
import type { StopCheck } from './stop-check.js';

/**
 * Answers queries on one thread, one at a time, from all shards. Its memory (indexes, scratch) is used again from query
 * to query; nothing of it is handed out.
 */
export class QueryEngine {
  readonly #views: readonly ShardView[];
  readonly #lines = new LineScan();
  readonly #points: PointScan;
  readonly #stats: StatsQuery;
  readonly #current: CurrentQuery;

  /** `views` in the order of shards. */
  constructor(views: readonly ShardView[], findings: QueryFindings, coverage: LiveCoverage) {
    this.#views = views;
    this.#points = new PointScan(findings);
    this.#stats = new StatsQuery(this.#points);
    this.#current = new CurrentQuery(views, this.#points, coverage);
  }

  /** @throws MillraceError for what is no answer: busy, starting, out of time; QueryCancelled */
  answer(request: QueryRequest, stop: StopCheck): QueryAnswer {
    try {
      return this.#answer(request, stop);
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'MR_QUERY_TOO_BIG') throw error;
      return { status: 422, detail: error.message };
    }
  }

  #answer(request: QueryRequest, stop: StopCheck): QueryAnswer {
    for (const view of this.#views) view.refresh(false);
    if (request.kind === 'names' || request.kind === 'metrics' || request.kind === 'current') {
      return presentAnswer(request, this.#aboutAll(request, stop));
    }
    const selection = this.#select(request.metric, request.selectors);
    if (selection === undefined) {
      const near = nearest(request.metric, this.#names(), NEAR_NAMES_MAX);
      return { status: 404, metric: request.metric, near };
    }
    if (request.kind === 'raw') return this.#raw(request, selection, stop);
    if (request.kind === 'stats') return presentAnswer(request, this.#stats.run(request, selection, stop));
    const latest = latestOf(selection, this.#lines, stop);
    if (latest !== undefined) return presentAnswer(request, latest);
    const metric = JSON.stringify(request.metric);
    return {
      status: 404,
      metric: request.metric,
      noData: `No series of ${metric} that matches has a point.`,
    };
  }

  #aboutAll(request: Extract<QueryRequest, { kind: 'names' | 'metrics' | 'current' }>, stop: StopCheck) {
    const conditions = new SeriesConditions(request.selectors);
    if (request.kind === 'names') return namesOf(this.#views, conditions);
    if (request.kind === 'metrics') return metricsOf(this.#views, conditions, this.#lines, stop);
    return this.#current.run(request, conditions, stop);
  }

  #raw(request: RawRequest, selection: Selection, stop: StopCheck): QueryAnswer {
    const cursor = request.cursor === undefined ? undefined : parseCursor(request.cursor);
    if (request.cursor !== undefined && cursor === undefined) {
      const detail = `cursor must be the next_cursor of an earlier answer, not ${JSON.stringify(request.cursor)}.`;
      return { status: 400, parameter: 'cursor', detail };
    }
    return presentAnswer(request, rawOf(request, cursor, selection, this.#points, stop));
  }

  /** The series of a metric that match; undefined when no shard knows the metric. */
  #select(metric: string, selectors: readonly LabelMatcher[]): Selection | undefined {
    // What was stored in this very moment may not be counted yet, so nobody is told "unknown" without a second look.
    if (!this.#isKnown(metric)) for (const view of this.#views) view.refresh(true);
    if (!this.#isKnown(metric)) return undefined;
    const conditions = new SeriesConditions(selectors);
    const selection = new Selection();
    for (const view of this.#views) {
      const series = view.index.metric(metric);
      if (series !== undefined) selection.add(view, view.index.select(series, conditions));
    }
    return selection;
  }

  #isKnown(metric: string): boolean {
    return this.#views.some((view) => view.index.metric(metric) !== undefined);
  }

  #names(): Set<string> {
    const names = new Set<string>();
    for (const { index } of this.#views) for (const { name } of index.metrics) names.add(name);
    return names;
  }
}
