import type { CellRun } from '../../native-free-core/cell/cell-run.js';
import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { planSources } from '../../native-free-core/query/plan-sources.js';
import { PointWindows } from '../../native-free-core/query/point-windows.js';
import { SketchGrid } from '../../native-free-core/query/sketch-grid.js';
import { ValueRows } from '../../native-free-core/query/value-rows.js';
import { type WindowShape, windowShape } from '../../native-free-core/query/window-shape.js';
import { type HeatmapRequest, type HeatmapResult, heatmapPresenter } from '../http/present/heatmap.js';
import type { CellVisitor } from './cell-scan.js';
import { LINES_AT_ONCE } from './limits.js';
import { notKept } from './not-kept.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { SeriesExtent } from './series-extent.js';
import type { SeriesGroups } from './series-groups.js';
import { checkSketches, type StopCheck, tooBig } from './stop-check.js';

// Scratch of this thread; nothing of it outlives a call.
const windows = new PointWindows();

/** Adds what a scan finds to a sketch a window and group. */
class HeatmapVisitor implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = true;
  readonly sketches: SketchGrid;
  readonly #groups: SeriesGroups;

  constructor(shape: WindowShape, groups: SeriesGroups) {
    this.sketches = new SketchGrid(shape);
    this.#groups = groups;
  }

  // Five arguments: the visitor's interface, a call a run.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const group = this.#groups.of(ordinal);
    for (let at = from; at < to; ) {
      at = windows.gather(times, values, at, to, this.sketches.shape.stepMs);
      this.sketches.addPoints(group, windows, values);
    }
    checkSketches(this.sketches.bytes);
  }

  visitCells(ordinal: number, run: CellRun, from: number, to: number): void {
    this.sketches.addCells(this.#groups.of(ordinal), run, from, to);
    checkSketches(this.sketches.bytes);
  }
}

function heatmapOf(tools: QueryTools, request: HeatmapRequest, stop: StopCheck): HeatmapResult {
  const { metric, selectors, stepMs, source, nowMs } = request;
  const selection = tools.select(metric, selectors);
  const clipped = new SeriesExtent(selection, tools.lines, stop).clip(request, stepMs);
  const horizonMs = tools.horizons(metric, nowMs);
  const plan = planSources({
    ...clipped,
    stepMs,
    wanted: source,
    horizonMs,
    prefersRaw: false,
    needsRaw: false,
  });
  if (plan.gap !== undefined) throw notKept(plan.gap, { stepMs, source });
  const groups = selection.groupsBy(request.groupBy, stop);
  const shape = windowShape(clipped.startMs, clipped.endMs, stepMs, groups.count);
  const cells = shape.count * shape.groups * request.rows;
  if (cells > stop.limits.rows) {
    throw tooBig(
      `has up to ${cells} cells (${shape.count} windows of ${shape.groups} groups of ${request.rows} rows), more than ${stop.limits.rows} (limits.queryRows)`,
      'Ask for a longer window, a shorter range (start, end), fewer groups (group_by=) or fewer rows.',
    );
  }
  stop.cost.series = selection.count;
  stop.trace.addParts(plan.parts);
  stop.trace.spent('plan');
  const visitor = new HeatmapVisitor(shape, groups);
  tools.points.scanParts(selection, plan.parts, visitor, stop);
  stop.trace.spent('scan');
  return {
    dataSource: DATA_SOURCES[plan.main],
    series: selection.count,
    ...countsOf(visitor.sketches, request.rows, groups, stop),
  };
}

// Four arguments: what is counted, in what, and who looks.
function countsOf(
  sketches: SketchGrid,
  rowCount: number,
  groups: SeriesGroups,
  stop: StopCheck,
): Pick<HeatmapResult, 'bounds' | 'timesMs' | 'counts' | 'labels'> {
  const { firstMs, stepMs, count } = sketches.shape;
  const places = Array.from({ length: count * groups.count }, (_, place) => place).filter(
    (place) => sketches.at(place) !== undefined,
  );
  const rows = new ValueRows(
    places.map((place) => sketches.at(place)),
    rowCount,
  );
  return {
    bounds: rows.bounds,
    timesMs: places.map((place) => firstMs + (place % count) * stepMs),
    labels: places.map((place) => groups.labels[Math.floor(place / count)]!),
    counts: places.map((place, i) => {
      if (i % LINES_AT_ONCE === 0) stop.check();
      const counts = new Float64Array(rows.count);
      rows.countInto(sketches.at(place)!, counts);
      return counts;
    }),
  };
}

/** GET /query/heatmap */
export const heatmapQuestion = defineQuestion(
  heatmapPresenter,
  (tools) => (request, stop) => heatmapOf(tools, request, stop),
);
