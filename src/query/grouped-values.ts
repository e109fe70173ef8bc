import type { PointVisitor } from './point-scan.js';
import { orderOfRuns } from './run-order.js';
import type { Selection } from './selection.js';
import { SeriesEnds } from './series-ends.js';
import type { SeriesGroups } from './series-groups.js';
import { U32List } from './u32-list.js';
import type { ValueColumn } from './value-column.js';

/** Keeps the values of all points, and of each series its first and last point: enough for every exact statistic. */
export class GroupedValues implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly ends: SeriesEnds;
  readonly #groups: SeriesGroups;
  readonly #values: ValueColumn;
  /** Three numbers a run where there are several groups: group, and where it begins and ends in the column. */
  readonly #runs = new U32List(64);

  /** The column is the caller's. */
  constructor(selection: Selection, groups: SeriesGroups, values: ValueColumn) {
    this.ends = new SeriesEnds(selection, groups);
    this.#groups = groups;
    this.#values = values;
  }

  // Five arguments: the visitor's interface, a call a run. Throws MR_QUERY_TOO_BIG.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const start = this.#values.length;
    this.#values.append(values, from, to);
    if (this.#groups.count > 1) {
      this.#runs.push(this.#groups.of(ordinal));
      this.#runs.push(start);
      this.#runs.push(this.#values.length);
    }
    this.ends.add(ordinal, times, values, from, to);
  }

  /** Calls back for each group that has points, with its values in `column`, which is the caller's. @throws MillraceError MR_QUERY_TOO_BIG */
  forEachGroup(column: ValueColumn, visit: (group: number) => void): void {
    const { items } = this.#values;
    if (this.#groups.count === 1) {
      if (this.#values.length === 0) return;
      column.clear();
      column.append(items, 0, this.#values.length);
      visit(0);
      return;
    }
    const runs = this.#runs.items;
    const order = orderOfRuns(runs, this.#runs.length, this.#groups.count);
    for (let i = 0; i < order.length; ) {
      const group = runs[order[i]!]!;
      column.clear();
      for (; i < order.length && runs[order[i]!] === group; i++) {
        column.append(items, runs[order[i]! + 1]!, runs[order[i]! + 2]!);
      }
      visit(group);
    }
  }
}
