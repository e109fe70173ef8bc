import type { Aggregation, AggregationKind } from '../../native-free-core/query/aggregation.js';
import type { ScalarKind } from '../../native-free-core/query/scalar-grid.js';
import type { WindowShape } from '../../native-free-core/query/window-shape.js';
import type { CounterGrid } from './counter-grid.js';
import { MERGES_AT_ONCE, SKETCH_MERGES } from './limits.js';
import type { StopCheck } from './stop-check.js';
import type { WindowVisitor } from './window-visitor.js';

/** What a question about windows has gathered, and which windows each row of the answer is made of. */
export interface Gathered {
  shape: WindowShape;
  visitor: WindowVisitor | undefined;
  counters: CounterGrid | undefined;
  /** Windows that a row looks at: its own, and of a rolling one those before it. */
  rolled: number;
  /** The length of all these, for rates; of a range without windows the range's. */
  lengthMs: number;
}

/**
 * The value of each aggregation in each window of each group, group after group, as a column an aggregation; NaN where
 * there are no points. The first `rolled - 1` windows of a group only feed those behind them, and have no rows.
 */
export function windowColumns(
  gathered: Gathered,
  aggregations: readonly Aggregation[],
  stop: StopCheck,
): Float64Array[] {
  const { shape, rolled, visitor } = gathered;
  if (rolled === 1 && visitor !== undefined) {
    const kinds = aggregations.map(({ kind }) => kind);
    if (kinds.every(isScalar)) return kinds.map((kind) => scalarColumn(visitor, kind, shape, stop));
  }
  const rows = Math.max(0, shape.count - rolled + 1);
  const columns = aggregations.map(() => new Float64Array(rows * shape.groups).fill(Number.NaN));
  const percents = aggregations.filter(({ kind }) => kind === 'percentile').map(({ percent }) => percent);
  const percentiles = new Float64Array(percents.length);
  visitor?.values?.finish(() => stop.check());
  const mergesEach = rolled * (percents.length > 0 ? SKETCH_MERGES : 1);
  let merges = 0;
  for (let group = 0; group < shape.groups; group++) {
    for (let row = 0; row < rows; row++) {
      if ((merges += mergesEach) >= MERGES_AT_ONCE) {
        merges = 0;
        stop.check();
      }
      const from = group * shape.count + row;
      const to = from + rolled - 1;
      const at = group * rows + row;
      const place = visitor === undefined ? -1 : rolled === 1 ? from : visitor.scalars.mergeAll(from, to);
      const isEmpty = visitor === undefined || visitor.scalars.count[place] === 0;
      if (!isEmpty && percents.length > 0) percentilesInto(visitor, place, from, to, percents, percentiles);
      let percentile = 0;
      for (let k = 0; k < aggregations.length; k++) {
        const { kind } = aggregations[k]!;
        if (kind === 'rate' || kind === 'increase') columns[k]![at] = counterValue(gathered, kind, from, to);
        else if (isEmpty) continue;
        else if (kind === 'percentile') columns[k]![at] = percentiles[percentile++]!;
        else if (kind === 'distinct') columns[k]![at] = visitor.values!.distinct(from, to);
        else columns[k]![at] = told(visitor.scalars.value(kind, place));
      }
    }
  }
  return columns;
}

/** A value of points that are there: what overflowed both ways, so that nobody knows it, is no empty window. */
const told = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);

const isScalar = (kind: AggregationKind): kind is ScalarKind =>
  kind !== 'percentile' && kind !== 'distinct' && kind !== 'rate' && kind !== 'increase';

/** What most questions ask: a value of each window as it was gathered. */
// Four arguments: a column of one aggregation.
function scalarColumn(
  { scalars }: WindowVisitor,
  kind: ScalarKind,
  { count, groups }: WindowShape,
  stop: StopCheck,
): Float64Array {
  stop.check();
  const column = new Float64Array(count * groups);
  scalars.valuesInto(kind, column);
  for (let place = 0; place < column.length; place++) {
    if (scalars.count[place] !== 0) column[place] = told(column[place]!);
  }
  return column;
}

// Six arguments: for each of the rows, without an object.
function percentilesInto(
  visitor: WindowVisitor,
  place: number,
  from: number,
  to: number,
  percents: readonly number[],
  out: Float64Array,
): void {
  if (visitor.values !== undefined) {
    visitor.values.percentilesInto(from, to, percents, out);
    return;
  }
  const extremes = { min: visitor.scalars.min[place]!, max: visitor.scalars.max[place]! };
  visitor.sketches!.percentilesInto(from, to, percents, extremes, out);
}

function counterValue(
  { counters, lengthMs }: Gathered,
  kind: 'rate' | 'increase',
  from: number,
  to: number,
): number {
  const increase = counters!.increase(from, to);
  return kind === 'rate' ? increase / (lengthMs / 1000) : increase;
}
