import type { CurrentFigures, CurrentResult } from '../http/present/current.js';
import type { SeriesConditions } from './label-matcher.js';
import { EXACT_VALUES_MAX } from './limits.js';
import type { PointScan, PointVisitor, TimeRange } from './point-scan.js';
import { pointStatistics } from './point-statistics.js';
import { Selection } from './selection.js';
import type { SeriesGroups } from './series-groups.js';
import type { ShardView } from './shard-view.js';
import { checkGroups, type StopCheck, tooBig } from './stop-check.js';
import { ValueColumn } from './value-column.js';

/** What is asked of the present. */
export interface CurrentQuestion {
  /** The metrics, and what their series must meet. */
  names: ReadonlySet<string>;
  conditions: SeriesConditions;
  range: TimeRange;
  groupBy: readonly string[];
}

/** Values of a part at first: there may be a million metrics with a few points each. */
const VALUES_FIRST = 16;

/** What the scan has gathered of the series of one metric that are in one group. */
class Part {
  readonly values = new ValueColumn(VALUES_FIRST);
  lastMs = Number.NEGATIVE_INFINITY;
  last = 0;
  #lastOrdinal = 0;

  // Five arguments: as a visitor has them. Throws MR_QUERY_TOO_BIG.
  add(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.values.append(values, from, to);
    for (let i = from; i < to; i++) {
      if (times[i]! < this.lastMs || (times[i] === this.lastMs && ordinal < this.#lastOrdinal)) continue;
      this.#take(ordinal, times[i]!, values[i]!);
    }
  }

  /** Adds all of another part. Throws MR_QUERY_TOO_BIG. */
  merge(part: Part): void {
    this.values.append(part.values.items, 0, part.values.length);
    const isSame = part.lastMs === this.lastMs;
    if (part.lastMs < this.lastMs || (isSame && part.#lastOrdinal < this.#lastOrdinal)) return;
    this.#take(part.#lastOrdinal, part.lastMs, part.last);
  }

  #take(ordinal: number, timeMs: number, value: number): void {
    this.#lastOrdinal = ordinal;
    this.lastMs = timeMs;
    this.last = value;
  }
}

interface MetricPoints {
  name: string;
  /** By group. */
  parts: Map<number, Part>;
}

/** Exact statistics of raw points in a window, by metric and group, in one scan over the series of all. */
export class CurrentScan implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #scan: PointScan;
  readonly #scratch = new ValueColumn();
  readonly #metrics = new Map<string, MetricPoints>();
  #metricOf: MetricPoints[] = [];
  #groups: SeriesGroups | undefined;
  #total = 0;

  constructor(scan: PointScan) {
    this.#scan = scan;
  }

  run(question: CurrentQuestion, views: readonly ShardView[], stop: StopCheck): CurrentResult['metrics'] {
    const { range, groupBy } = question;
    try {
      const selection = this.#select(question, views, stop.limits.series);
      this.#groups = selection.groupsBy(groupBy, stop);
      this.#scan.scan(selection, range, this, stop);
      return this.#results((range.endMs - range.startMs) / 1_000, this.#groups, stop);
    } finally {
      this.#metrics.clear();
      this.#metricOf = [];
      this.#groups = undefined;
      this.#total = 0;
      this.#scratch.clear();
    }
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#total += to - from;
    if (this.#total > EXACT_VALUES_MAX) {
      throw tooBig(`needs the exact statistics of more than ${EXACT_VALUES_MAX} points`);
    }
    const { parts } = this.#metricOf[ordinal]!;
    const group = this.#groups!.of(ordinal);
    let part = parts.get(group);
    if (part === undefined) parts.set(group, (part = new Part()));
    part.add(ordinal, times, values, from, to);
  }

  #select({ names, conditions }: CurrentQuestion, views: readonly ShardView[], seriesMax: number): Selection {
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
    if (points === undefined) this.#metrics.set(name, (points = { name, parts: new Map() }));
    return points;
  }

  #results(windowSeconds: number, groups: SeriesGroups, stop: StopCheck): CurrentResult['metrics'] {
    const results: CurrentResult['metrics'] = [];
    let rows = 0;
    for (const { name, parts } of this.#metrics.values()) {
      if (parts.size === 0) continue;
      checkGroups((rows += parts.size), stop);
      if (!groups.isSplit) {
        results.push({ name, ...this.#figures(parts.get(0)!, windowSeconds, stop) });
        continue;
      }
      // All of them first: the order of a column is lost by what is asked of it.
      const all = new Part();
      for (const part of parts.values()) all.merge(part);
      const ofGroups = [...parts].sort(([a], [b]) => a - b);
      results.push({
        name,
        ...this.#figures(all, windowSeconds, stop),
        groups: ofGroups.map(([group, part]) => ({
          labels: groups.labels[group]!,
          ...this.#figures(part, windowSeconds, stop),
        })),
      });
    }
    return results;
  }

  #figures({ values, last }: Part, windowSeconds: number, stop: StopCheck): CurrentFigures {
    const ratePerSecond = values.length / windowSeconds;
    const { percentiles: _, ...statistics } = pointStatistics(values, [], this.#scratch, stop);
    return { ...statistics, ratePerSecond, last };
  }
}
