import { type StatsRequest, type StatsResult, statsPresenter } from '../http/present/stats.js';
import type { PointScan, PointVisitor } from './point-scan.js';
import { pointStatistics } from './point-statistics.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';
import { ValueColumn } from './value-column.js';

/** Statistics, exact, from raw points. */
class StatsQuery implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #scan: PointScan;
  readonly #values = new ValueColumn();
  readonly #scratch = new ValueColumn();

  constructor(scan: PointScan) {
    this.#scan = scan;
  }

  run(request: StatsRequest, selection: Selection, stop: StopCheck): StatsResult {
    try {
      this.#scan.scan(selection, request, this, stop);
      return pointStatistics(this.#values, request.percentiles, this.#scratch);
    } finally {
      this.#values.clear();
      this.#scratch.clear();
    }
  }

  visit(_ordinal: number, _times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#values.append(values, from, to);
  }
}

/** GET /api/v1/stats/{metric} */
export const statsQuestion = defineQuestion(statsPresenter, (tools) => {
  const query = new StatsQuery(tools.points);
  return (request, stop) => query.run(request, tools.select(request.metric, request.selectors), stop);
});
