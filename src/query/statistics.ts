import { Cell } from '../../native-free-core/cell/cell.js';
import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { planSources, type SourcePlan } from '../../native-free-core/query/plan-sources.js';
import { HISTOGRAM_BUCKETS_DEFAULT_MAX } from '../../native-free-core/statistics/limits.js';
import {
  type SeriesStatistics,
  type StatisticsRequest,
  type StatisticsResult,
  statisticsPresenter,
} from '../http/present/statistics.js';
import { cellStatistics, fullStatistics } from './full-statistics.js';
import { GroupedCells } from './grouped-cells.js';
import { GroupedValues } from './grouped-values.js';
import { notKept } from './not-kept.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import { SeriesExtent } from './series-extent.js';
import type { SeriesGroups } from './series-groups.js';
import { type StopCheck, tooBig } from './stop-check.js';
import { ValueColumn } from './value-column.js';

/** What the two ways to an answer find. */
type Found = Pick<StatisticsResult, 'all' | 'groups'>;

/** Every statistic of all points, and of the points of each group: exact where raw points are kept all along, else from tiers. */
class StatisticsQuery {
  readonly #tools: QueryTools;
  readonly #values = new ValueColumn();
  readonly #own = new ValueColumn();
  readonly #scratch = new ValueColumn();

  constructor(tools: QueryTools) {
    this.#tools = tools;
  }

  run(request: StatisticsRequest, stop: StopCheck): StatisticsResult {
    const selection = this.#tools.select(request.metric, request.selectors);
    stop.cost.series = selection.count;
    const groups = selection.groupsBy(request.groupBy, stop);
    const buckets = groups.count * (request.buckets ?? HISTOGRAM_BUCKETS_DEFAULT_MAX);
    if (groups.count > 1 && buckets > stop.limits.rows) {
      throw tooBig(
        `has up to ${buckets} buckets of histograms of ${groups.count} groups, more than ${stop.limits.rows} (limits.queryRows)`,
        'Ask for fewer groups (group_by=), fewer series (host=, match=) or fewer buckets (buckets=).',
      );
    }
    const plan = this.#plan(request, selection, stop);
    const isExact = isRaw(plan);
    const found = isExact
      ? this.#fromPoints(request, plan, selection, groups, stop)
      : this.#fromCells(request, plan, selection, groups, stop);
    return { dataSource: DATA_SOURCES[plan.main], isExact, ...found };
  }

  #plan(request: StatisticsRequest, selection: Selection, stop: StopCheck): SourcePlan {
    const extent = new SeriesExtent(selection, this.#tools.lines, stop);
    const horizonMs = this.#tools.horizons(request.metric, request.nowMs);
    const stepMs = Number.POSITIVE_INFINITY;
    const wish = { stepMs, prefersRaw: true, needsRaw: false, wanted: undefined, horizonMs };
    // To the millisecond: where points begin cuts nothing of raw points. To a tier's windows where raw points don't suffice.
    let plan = planSources({ ...extent.clip(request, 1), ...wish });
    if (plan.gap !== undefined || !isRaw(plan)) {
      plan = planSources({ ...extent.clip(request, stepMs), ...wish });
    }
    if (plan.gap !== undefined) throw notKept(plan.gap, { stepMs });
    stop.trace.addParts(plan.parts);
    stop.trace.spent('plan');
    return plan;
  }

  // Five arguments: what both ways have in common.
  #fromPoints(
    request: StatisticsRequest,
    plan: SourcePlan,
    selection: Selection,
    groups: SeriesGroups,
    stop: StopCheck,
  ): Found {
    try {
      const points = new GroupedValues(selection, groups, this.#values);
      for (const part of plan.parts) this.#tools.points.scan(selection, part, points, stop);
      stop.trace.spent('scan');
      const ends = points.ends.sums();
      const describe = (column: ValueColumn, of: SeriesStatistics['ends']): SeriesStatistics => {
        return { ...fullStatistics(column, request, this.#scratch, stop), ends: of };
      };
      const found: Found['groups'] = [];
      if (request.groupBy.length > 0) {
        points.forEachGroup(this.#own, (group) => {
          found.push({ ...describe(this.#own, ends.groups[group]!), labels: groups.labels[group]! });
        });
      }
      // All of them last: the column's order is lost then.
      return { all: ends.all && describe(this.#values, ends.all), groups: found };
    } finally {
      this.#values.clear();
      this.#own.clear();
      this.#scratch.clear();
    }
  }

  // Five arguments: the same.
  #fromCells(
    request: StatisticsRequest,
    plan: SourcePlan,
    selection: Selection,
    groups: SeriesGroups,
    stop: StopCheck,
  ): Found {
    const visitor = new GroupedCells(selection, groups);
    this.#tools.points.scanParts(selection, plan.parts, visitor, stop);
    stop.trace.spent('scan');
    const ends = visitor.ends.sums();
    const describe = (cell: Cell, of: SeriesStatistics['ends'] | undefined): Found['all'] =>
      of && { ...cellStatistics(cell, request), ends: of };
    const found: Found['groups'] = [];
    const whole = new Cell();
    for (let group = 0; group < groups.count; group++) {
      stop.check();
      const cell = visitor.cells[group]!;
      whole.merge(cell);
      const statistics = request.groupBy.length === 0 ? undefined : describe(cell, ends.groups[group]);
      if (statistics !== undefined) found.push({ ...statistics, labels: groups.labels[group]! });
    }
    return { all: describe(whole, ends.all), groups: found };
  }
}

const isRaw = ({ parts }: SourcePlan): boolean => parts.every(({ tier }) => tier === 'raw');

/** GET /api/v1/statistics/calculate */
export const statisticsQuestion = defineQuestion(statisticsPresenter, (tools) => {
  const query = new StatisticsQuery(tools);
  return (request, stop) => query.run(request, stop);
});
