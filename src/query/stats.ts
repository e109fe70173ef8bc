import { type Aggregation, parseAggregation } from '../../native-free-core/query/aggregation.js';
import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import {
  type RangeStatistics,
  type StatsRequest,
  type StatsResult,
  statsPresenter,
} from '../http/present/stats.js';
import type { PointVisitor } from './point-scan.js';
import { pointStatistics } from './point-statistics.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import { SeriesExtent } from './series-extent.js';
import type { StopCheck } from './stop-check.js';
import { ValueColumn } from './value-column.js';
import type { WindowsFound } from './window-query.js';

/** What windows must tell for the statistics, in the order in which `statisticsAt` reads them. */
const STANDARD = ['count', 'sum', 'mean', 'min', 'max', 'stddev', 'p50', 'p90', 'p95', 'p99'];

/** Statistics of a range as a whole: exact from raw points where they are kept all along, else with the help of tiers. */
class StatsQuery implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #tools: QueryTools;
  readonly #values = new ValueColumn();
  readonly #scratch = new ValueColumn();

  constructor(tools: QueryTools) {
    this.#tools = tools;
  }

  run(request: StatsRequest, stop: StopCheck): StatsResult {
    const { metric, selectors, nowMs, groupBy } = request;
    const selection = this.#tools.select(metric, selectors);
    const isRaw = this.#isRaw(request, selection, this.#tools.horizons(metric, nowMs)('raw'), stop);
    const all = isRaw
      ? this.#exact(request, selection, stop)
      : this.#fromWindows(request, [], selection, stop);
    if (groupBy.length === 0) return all;
    const { groups } = this.#fromWindows(request, groupBy, selection, stop);
    return { ...all, groups };
  }

  #isRaw(
    { source, startMs, endMs }: StatsRequest,
    selection: Selection,
    horizonMs: number,
    stop: StopCheck,
  ): boolean {
    if (source !== undefined && source !== 'raw') return false;
    const extent = new SeriesExtent(selection, this.#tools.lines, stop);
    return extent.clip({ startMs, endMs }, 1).startMs >= horizonMs;
  }

  #exact(request: StatsRequest, selection: Selection, stop: StopCheck): StatsResult {
    stop.cost.series = selection.count;
    stop.trace.addParts([{ tier: 'raw', startMs: request.startMs, endMs: request.endMs }]);
    stop.trace.spent('plan');
    try {
      this.#tools.points.scan(selection, request, this, stop);
      stop.trace.spent('scan');
      const statistics = pointStatistics(this.#values, request.percentiles, this.#scratch, stop);
      return { ...statistics, dataSource: DATA_SOURCES.raw, isExact: true, groups: [] };
    } finally {
      this.#values.clear();
      this.#scratch.clear();
    }
  }

  visit(_ordinal: number, _times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#values.append(values, from, to);
  }

  // Four arguments: the same for all points and for groups.
  #fromWindows(
    request: StatsRequest,
    groupBy: readonly string[],
    selection: Selection,
    stop: StopCheck,
  ): StatsResult {
    const { metric, nowMs, percentiles } = request;
    const more = percentiles.map((percent) => ({ name: '', kind: 'percentile', percent }) as const);
    const standard = STANDARD.map((name): Aggregation => parseAggregation(name)!);
    const question = {
      ...request,
      stepMs: Number.POSITIVE_INFINITY,
      rollingMs: Number.POSITIVE_INFINITY,
      aggregations: [...standard, ...more],
      groupBy,
      prefersRaw: true,
      isFilled: false,
    };
    const found = this.#tools.windows.run(question, selection, this.#tools.horizons(metric, nowMs), stop);
    const groups = found.groups
      .map((labels, group) => ({ labels, ...statisticsAt(found, group) }))
      .filter(({ count }) => count > 0);
    return {
      ...statisticsAt(found, 0),
      dataSource: DATA_SOURCES[found.source],
      isExact: found.parts.every(({ tier }) => tier === 'raw'),
      groups,
    };
  }
}

function statisticsAt({ columns, groups }: WindowsFound, group: number): RangeStatistics {
  const values = columns.map((column) => column[group] ?? Number.NaN);
  const isEmpty = groups.length === 0 || Number.isNaN(values[0]);
  const [count, sum, mean, min, max, stddev, p50, p90, p95, p99, ...percentiles] = (
    isEmpty ? values.map(() => 0) : values
  ) as [number, number, number, number, number, number, number, number, number, number];
  return { count, sum, mean, min, max, stddev, p50, p90, p95, p99, percentiles };
}

/** GET /api/v1/stats/{metric} */
export const statsQuestion = defineQuestion(statsPresenter, (tools) => {
  const query = new StatsQuery(tools);
  return (request, stop) => query.run(request, stop);
});
