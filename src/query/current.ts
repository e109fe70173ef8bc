import { LIVE_RANGE_MS_MAX } from '../../native-free-core/live/live-seconds.js';
import { type CurrentRequest, type CurrentResult, currentPresenter } from '../http/present/current.js';
import { CurrentLive } from './current-live.js';
import { CurrentScan } from './current-scan.js';
import { SeriesConditions } from './label-matcher.js';
import type { LiveCoverage } from './live-coverage.js';
import type { PointScan, TimeRange } from './point-scan.js';
import { defineQuestion } from './question.js';
import type { ShardView } from './shard-view.js';
import { checkGroups, type StopCheck } from './stop-check.js';

/**
 * Every metric in a sliding window that ends with the present millisecond. From the live
 * windows where they can tell; from raw points, exactly, where they can't: windows longer than theirs, conditions on
 * labels and groups (they are kept by metric), metrics that they do not track, the first minute after a start.
 */
class CurrentQuery {
  readonly #views: readonly ShardView[];
  readonly #coverage: LiveCoverage;
  readonly #live: CurrentLive;
  readonly #scan: CurrentScan;

  constructor(views: readonly ShardView[], scan: PointScan, coverage: LiveCoverage) {
    this.#views = views;
    this.#coverage = coverage;
    this.#live = new CurrentLive(views);
    this.#scan = new CurrentScan(scan);
  }

  run(request: CurrentRequest, stop: StopCheck): CurrentResult {
    const conditions = new SeriesConditions(request.selectors);
    const endMs = request.nowMs + 1;
    const range = { startMs: endMs - request.windowMs, endMs };
    const names = this.#names(conditions);
    const isLive = conditions.takesAllSeries && request.groupBy.length === 0;
    const metrics = isLive ? this.#readLive(names, range, stop) : [];
    for (const { name } of metrics) names.delete(name);
    if (names.size > 0)
      metrics.push(
        ...this.#scan.run({ names, conditions, range, groupBy: request.groupBy }, this.#views, stop),
      );
    checkGroups(metrics.length, stop);
    return { metrics };
  }

  #names(conditions: SeriesConditions): Set<string> {
    return new Set(this.#views[0]!.index.series.metricsThat(conditions).map(({ name }) => name));
  }

  /** Those of the metrics that the live windows can tell all about. */
  #readLive(names: ReadonlySet<string>, range: TimeRange, stop: StopCheck): CurrentResult['metrics'] {
    if (range.endMs - range.startMs > LIVE_RANGE_MS_MAX || !this.#covers(range)) return [];
    const metrics: CurrentResult['metrics'] = [];
    for (const name of names) {
      stop.check();
      const metric = this.#live.read(name, range);
      if (metric !== undefined) metrics.push(metric);
    }
    // A shard that was started again meanwhile had emptied its windows, and numbered its metrics anew.
    return this.#covers(range) ? metrics : [];
  }

  #covers(range: TimeRange): boolean {
    this.#coverage.observe();
    return this.#coverage.covers(range.startMs);
  }
}

/** GET /api/v1/metrics/current */
export const currentQuestion = defineQuestion(currentPresenter, ({ views, points, coverage }) => {
  const query = new CurrentQuery(views, points, coverage);
  return (request, stop) => query.run(request, stop);
});
