import type { StatsRequest } from '../http/ports.js';
import type { StatsResult } from '../http/present/results.js';
import type { PointScan, PointVisitor } from './point-scan.js';
import { pointStatistics } from './point-statistics.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';
import { ValueColumn } from './value-column.js';

/** GET /api/v1/stats/{metric}: exact, from raw points. */
export class StatsQuery implements PointVisitor {
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
      return { kind: 'stats', ...pointStatistics(this.#values, request.percentiles, this.#scratch) };
    } finally {
      this.#values.clear();
      this.#scratch.clear();
    }
  }

  visit(_ordinal: number, _times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#values.append(values, from, to);
  }
}
