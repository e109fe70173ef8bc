import type { CurrentResult } from '../http/present/current.js';
import type { SeriesConditions } from './label-matcher.js';
import { EXACT_VALUES_MAX } from './limits.js';
import type { PointScan, PointVisitor, TimeRange } from './point-scan.js';
import { pointStatistics } from './point-statistics.js';
import { Selection } from './selection.js';
import type { ShardView } from './shard-view.js';
import { type StopCheck, tooBig } from './stop-check.js';
import { ValueColumn } from './value-column.js';

/** A metric's values at first: there may be a million metrics with a few points each. */
const VALUES_FIRST = 16;

/** What the scan has gathered of one metric. */
interface MetricPoints {
  name: string;
  /** Made by its first point: most metrics may have none in the window. */
  values: ValueColumn | undefined;
  lastMs: number;
  /** The series of the last point. */
  lastOrdinal: number;
  last: number;
}

/** Exact statistics of raw points in a window, by metric, in one scan over the series of all. */
export class CurrentScan implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #scan: PointScan;
  readonly #scratch = new ValueColumn();
  readonly #metrics = new Map<string, MetricPoints>();
  #metricOf: MetricPoints[] = [];
  #total = 0;

  constructor(scan: PointScan) {
    this.#scan = scan;
  }

  /** The metrics of these names, their series that meet the conditions, in the range. */
  run(
    names: ReadonlySet<string>,
    views: readonly ShardView[],
    conditions: SeriesConditions,
    range: TimeRange,
    stop: StopCheck,
  ): CurrentResult['metrics'] {
    try {
      this.#scan.scan(this.#select(names, views, conditions, stop.limits.series), range, this, stop);
      return this.#results((range.endMs - range.startMs) / 1_000, stop);
    } finally {
      this.#metrics.clear();
      this.#metricOf = [];
      this.#total = 0;
      this.#scratch.clear();
    }
  }

  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#total += to - from;
    if (this.#total > EXACT_VALUES_MAX) {
      throw tooBig(`needs the exact statistics of more than ${EXACT_VALUES_MAX} points`);
    }
    const metric = this.#metricOf[ordinal]!;
    metric.values ??= new ValueColumn(VALUES_FIRST);
    metric.values.append(values, from, to);
    for (let i = from; i < to; i++) {
      if (times[i]! < metric.lastMs || (times[i] === metric.lastMs && ordinal < metric.lastOrdinal)) continue;
      metric.lastOrdinal = ordinal;
      metric.lastMs = times[i]!;
      metric.last = values[i]!;
    }
  }

  #select(
    names: ReadonlySet<string>,
    views: readonly ShardView[],
    conditions: SeriesConditions,
    seriesMax: number,
  ): Selection {
    const selection = new Selection(seriesMax);
    for (const view of views) {
      const wanted = view.index.metrics.filter((metric) => names.has(metric.name));
      const byOrder: MetricPoints[] = [];
      for (const { name, order } of wanted) byOrder[order] = this.#pointsOf(name);
      const ids = view.index.selectAll(wanted, conditions);
      selection.add(view, ids);
      for (let i = 0; i < ids.length; i++)
        this.#metricOf.push(byOrder[view.index.metricOrderOf(ids.items[i]!)]!);
    }
    return selection;
  }

  #pointsOf(name: string): MetricPoints {
    let points = this.#metrics.get(name);
    if (points === undefined) {
      points = { name, values: undefined, lastMs: Number.NEGATIVE_INFINITY, lastOrdinal: 0, last: 0 };
      this.#metrics.set(name, points);
    }
    return points;
  }

  #results(windowSeconds: number, stop: StopCheck): CurrentResult['metrics'] {
    const results: CurrentResult['metrics'] = [];
    for (const { name, values, last } of this.#metrics.values()) {
      if (values === undefined) continue;
      stop.check();
      const { percentiles: _, ...statistics } = pointStatistics(values, [], this.#scratch);
      results.push({ name, ...statistics, ratePerSecond: values.length / windowSeconds, last });
    }
    return results;
  }
}
