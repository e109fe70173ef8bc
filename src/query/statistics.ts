import {
  type GroupStatistics,
  type StatisticsRequest,
  type StatisticsResult,
  statisticsPresenter,
} from '../http/present/statistics.js';
import { fullStatistics } from './full-statistics.js';
import { GroupedValues } from './grouped-values.js';
import type { PointScan } from './point-scan.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import { SeriesGroups } from './series-groups.js';
import { type StopCheck, tooBig } from './stop-check.js';
import { ValueColumn } from './value-column.js';

/** Every statistic of all points, and of the points of each group. */
class StatisticsQuery {
  readonly #scan: PointScan;
  readonly #values = new ValueColumn();
  readonly #own = new ValueColumn();
  readonly #scratch = new ValueColumn();

  constructor(scan: PointScan) {
    this.#scan = scan;
  }

  run(request: StatisticsRequest, selection: Selection, stop: StopCheck): StatisticsResult {
    try {
      const groups = new SeriesGroups(selection, request.groupBy);
      if (groups.count > stop.limits.rows) {
        throw tooBig(
          `has ${groups.count} groups, more than ${stop.limits.rows} (limits.queryRows)`,
          'Ask for fewer groups (group_by=) or fewer series (host=, match=).',
        );
      }
      const points = new GroupedValues(selection, groups, this.#values);
      this.#scan.scan(selection, request, points, stop);
      const found: GroupStatistics[] = [];
      if (request.groupBy.length > 0) {
        for (let group = 0; group < groups.count; group++) {
          points.copyGroup(group, this.#own);
          const statistics = this.#statistics(this.#own, points, group, request, stop);
          if (statistics !== undefined) found.push({ ...statistics, labels: groups.labels[group]! });
        }
      }
      // All of them last: the column's order is lost then.
      return { all: this.#statistics(this.#values, points, undefined, request, stop), groups: found };
    } finally {
      this.#values.clear();
      this.#own.clear();
      this.#scratch.clear();
    }
  }

  // Five arguments: a column, where its points came from, and what every part of a query has.
  #statistics(
    column: ValueColumn,
    points: GroupedValues,
    group: number | undefined,
    request: StatisticsRequest,
    stop: StopCheck,
  ): StatisticsResult['all'] {
    const ends = points.ends(group);
    if (ends === undefined) return undefined;
    return { ...fullStatistics(column, request, this.#scratch, stop), ends };
  }
}

/** GET /api/v1/statistics/calculate */
export const statisticsQuestion = defineQuestion(statisticsPresenter, (tools) => {
  const query = new StatisticsQuery(tools.points);
  return (request, stop) => query.run(request, tools.select(request.metric, request.selectors), stop);
});
