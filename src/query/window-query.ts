import { type Aggregation, isCounter } from '../../native-free-core/query/aggregation.js';
import type { SourcePart } from '../../native-free-core/query/plan-sources.js';
import { type WindowShape, windowShape } from '../../native-free-core/query/window-shape.js';
import type { TierName } from '../../native-free-core/tier/tiers.js';
import type { Labels } from '../http/ports.js';
import { CounterGrid } from './counter-grid.js';
import { VALUES_A_ROW_MAX } from './limits.js';
import type { LineScan } from './line-scan.js';
import type { PointScan, TimeRange } from './point-scan.js';
import type { Selection } from './selection.js';
import { SeriesExtent } from './series-extent.js';
import type { SeriesGroups } from './series-groups.js';
import { SeriesPoints } from './series-points.js';
import { type StopCheck, tooBig } from './stop-check.js';
import { ValueColumn } from './value-column.js';
import {
  cellsOf,
  countersStart,
  lookBackMs,
  type Planned,
  partsOf,
  planOf,
  readParts,
  rowsStart,
} from './window-plan.js';
import { windowColumns } from './window-results.js';
import { WindowVisitor } from './window-visitor.js';

/** A question about windows of a range, or with a step of Infinity about the range as a whole. */
export interface WindowQuestion extends TimeRange {
  stepMs: number;
  aggregations: readonly Aggregation[];
  groupBy: readonly string[];
  /** The tier that is asked for; undefined: the one that the planner chooses. */
  source: TierName | undefined;
  /** Raw points where there are any, so that percentiles are exact. */
  prefersRaw: boolean;
  /** How far each row looks back from the end of its window, a multiple of the step; the step itself where nothing rolls. */
  rollingMs: number;
  /** Whether windows at the ends of the range have rows although no series has points there. */
  isFilled: boolean;
}

/** Windows of groups as columns: row w of group g is place g * count + w, and NaN where it has no points. */
export interface WindowsFound {
  /** The tier that most of the range was read from. */
  source: TierName;
  /** What was read, in ascending order. */
  parts: readonly SourcePart[];
  groups: readonly Labels[];
  firstMs: number;
  stepMs: number;
  count: number;
  /** One for each of the aggregations. */
  columns: readonly Float64Array[];
  /** Series that were selected. */
  series: number;
}

/** Answers questions about windows. One a query thread; its memory is used again. */
export class WindowQuery {
  readonly #scan: PointScan;
  readonly #lines: LineScan;
  readonly #memory = { values: new ValueColumn(), scratch: new ValueColumn() };
  readonly #points = new SeriesPoints();

  constructor(scan: PointScan, lines: LineScan) {
    this.#scan = scan;
    this.#lines = lines;
  }

  /**
   * `horizonMs` is the oldest time that a tier surely keeps.
   * @throws MillraceError MR_QUERY_TOO_BIG, MR_NOT_KEPT and what a scan throws
   */
  run(
    question: WindowQuestion,
    selection: Selection,
    horizonMs: (tier: TierName) => number,
    stop: StopCheck,
  ): WindowsFound {
    stop.foresee('series', selection.count);
    const extent = new SeriesExtent(selection, this.#lines, stop);
    const groups = selection.groupsBy(question.groupBy, stop);
    const planned = planOf(question, extent, selection.count, horizonMs);
    stop.cost.series = selection.count;
    stop.trace.addParts(readParts(planned));
    const shape = shapeOf(question, extent, groups.count, stop);
    stop.foresee('cell', cellsOf(planned, selection.count));
    const rows = shape.count * shape.groups;
    stop.foresee('answerValue', rows * question.aggregations.length);
    stop.foresee(
      'percentile',
      rows * question.aggregations.filter(({ kind }) => kind === 'percentile').length,
    );
    try {
      stop.trace.spent('plan');
      const visitor = this.#gather(planned, shape, groups, selection, extent, stop);
      const counters = this.#count(planned, shape, groups, selection, extent, stop);
      stop.trace.spent('scan');
      const { stepMs, rollingMs, startMs, endMs, aggregations } = question;
      const isWhole = stepMs === Number.POSITIVE_INFINITY;
      const rolled = isWhole ? 1 : rollingMs / stepMs;
      const lengthMs = isWhole ? endMs - startMs : rollingMs;
      const plan = (planned.others ?? planned.counters?.rows)!;
      return {
        source: plan.main,
        parts: plan.parts,
        groups: groups.labels,
        firstMs: isWhole ? startMs : shape.firstMs + lookBackMs(question),
        stepMs,
        count: Math.max(0, shape.count - rolled + 1),
        columns: windowColumns({ shape, visitor, counters, rolled, lengthMs }, aggregations, stop),
        series: selection.count,
      };
    } finally {
      this.#memory.values.clear();
      this.#memory.scratch.clear();
      this.#points.clear();
    }
  }

  // Six arguments: what the parts of a query have in common.
  #gather(
    { question, others }: Planned,
    shape: WindowShape,
    groups: SeriesGroups,
    selection: Selection,
    extent: SeriesExtent,
    stop: StopCheck,
  ): WindowVisitor | undefined {
    if (others === undefined) return undefined;
    const isExact = others.parts.every(({ tier }) => tier === 'raw');
    const aggregations = question.aggregations.filter((each) => !isCounter(each));
    const visitor = new WindowVisitor(shape, groups, aggregations, isExact, this.#memory);
    const within = extent.pointsWithin({ startMs: rowsStart(question), endMs: question.endMs });
    this.#scan.scanParts(selection, others.parts, visitor, stop, within);
    return visitor;
  }

  // Six arguments: the same.
  #count(
    { question, counters }: Planned,
    shape: WindowShape,
    groups: SeriesGroups,
    selection: Selection,
    extent: SeriesExtent,
    stop: StopCheck,
  ): CounterGrid | undefined {
    if (counters === undefined) return undefined;
    const fromMs = Math.min(rowsStart(question), counters.rows.parts[0]?.startMs ?? Number.POSITIVE_INFINITY);
    const grid = new CounterGrid(shape, fromMs, this.#points);
    const within = extent.pointsWithin({ startMs: countersStart(question), endMs: question.endMs });
    this.#scan.scanParts(selection, partsOf(counters), grid, stop, within);
    grid.finish(
      selection.count,
      (ordinal) => groups.of(ordinal),
      (ordinal) => extent.oldestMs[ordinal]!,
      stop,
    );
    return grid;
  }
}

/**
 * The windows that can have rows, and those that rolling ones look back at. Sources that give more than the range only do so
 * within these: their windows divide the step.
 * @throws MillraceError MR_QUERY_TOO_BIG
 */
function shapeOf(
  question: WindowQuestion,
  extent: SeriesExtent,
  groups: number,
  stop: StopCheck,
): WindowShape {
  const { startMs, endMs, stepMs, isFilled } = question;
  const moreMs = lookBackMs(question);
  const clipped = isFilled ? { startMs, endMs } : extent.clip({ startMs, endMs }, stepMs);
  // Rolling windows still have points for a while after the last one.
  const rows = windowShape(clipped.startMs, Math.min(endMs, clipped.endMs + moreMs), stepMs, groups);
  const count = rows.count * groups;
  if (count > stop.limits.rows) {
    throw tooBig(
      `has up to ${count} rows (${rows.count} windows of ${groups} groups), more than ${stop.limits.rows} (limits.queryRows)`,
      'Ask for a longer window, a shorter range (start, end) or fewer groups (group_by=).',
    );
  }
  const values = count * question.aggregations.length;
  if (values > stop.limits.rows * VALUES_A_ROW_MAX) {
    throw tooBig(
      `has up to ${values} values (${count} rows of ${question.aggregations.length}), more than ${VALUES_A_ROW_MAX} times limits.queryRows`,
      'Ask for fewer percentiles, a longer window, a shorter range (start, end) or fewer groups (group_by=).',
    );
  }
  if (moreMs === 0) return rows;
  return { ...rows, firstMs: rows.firstMs - moreMs, count: rows.count + moreMs / stepMs };
}
