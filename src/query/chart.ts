import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { extremesPerPixelInto } from '../../native-free-core/query/extremes-per-pixel.js';
import { lttbInto } from '../../native-free-core/query/lttb.js';
import { ROLLUP_TIERS, TIER_NAMES, type TierName } from '../../native-free-core/tier/tiers.js';
import {
  type ChartLine,
  type ChartRequest,
  type ChartResult,
  chartPresenter,
  type Thinning,
} from '../http/present/chart.js';
import { CHART_RANGES_MS, CHART_STEPS_MS, SERIES_POINTS_MAX } from './limits.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import { SeriesExtent } from './series-extent.js';
import type { SeriesGroups } from './series-groups.js';
import { SeriesPoints } from './series-points.js';
import { type StopCheck, tooBig } from './stop-check.js';
import type { WindowsFound } from './window-query.js';

/** Lines for charts: points as they came, or windows of a tier that fits the length of the range. */
class ChartQuery {
  readonly #tools: QueryTools;
  readonly #points = new SeriesPoints(SERIES_POINTS_MAX);

  constructor(tools: QueryTools) {
    this.#tools = tools;
  }

  run(request: ChartRequest, stop: StopCheck): ChartResult {
    const selection = this.#tools.select(request.metric, request.selectors);
    const horizonMs = this.#tools.horizons(request.metric, request.nowMs);
    const extent = new SeriesExtent(selection, this.#tools.lines, stop);
    const groups = selection.groupsBy(request.groupBy, stop);
    const range = extent.clip(request, Number.POSITIVE_INFINITY);
    const source = keptSource(request.source ?? sourceOf(request), range.startMs, horizonMs);
    const isPlain =
      source === 'raw' && groups.count === selection.count && request.aggregation.kind === 'mean';
    const found = isPlain
      ? this.#plain(request, selection, groups, stop)
      : this.#windows(request, source, selection, stop);
    const lines = found.lines.map((line) => thinned(line, request));
    const rows = lines.reduce((sum, { timesMs }) => sum + timesMs.length, 0);
    if (rows > stop.limits.rows) {
      throw tooBig(
        `has ${rows} points in ${lines.length} lines, more than ${stop.limits.rows} (limits.queryRows)`,
        'Ask for fewer points a line (points=), a shorter range (start, end) or fewer groups (group_by=).',
      );
    }
    return { ...found, lines, series: selection.count };
  }

  /** Points as they came: each group is one series. */
  #plain(
    request: ChartRequest,
    selection: Selection,
    groups: SeriesGroups,
    stop: StopCheck,
  ): Omit<ChartResult, 'series'> {
    const { startMs, endMs } = request;
    const parts = [{ tier: 'raw' as const, startMs, endMs }];
    stop.cost.series = selection.count;
    stop.trace.addParts(parts);
    stop.trace.spent('plan');
    try {
      this.#tools.points.scan(selection, request, this.#points, stop);
      stop.trace.spent('scan');
      const lines: ChartLine[] = groups.labels.map((labels) => ({ labels, ...NO_POINTS }));
      this.#points.forEachSeries(selection.count, (ordinal, times, values, count) => {
        stop.check();
        const group = groups.of(ordinal);
        const labels = groups.labels[group]!;
        lines[group] = { labels, timesMs: times.slice(0, count), values: values.slice(0, count) };
      });
      return { dataSource: DATA_SOURCES.raw, lines, windowMs: undefined };
    } finally {
      this.#points.clear();
    }
  }

  /** An aggregation a window, without the windows that have no points. */
  #windows(
    request: ChartRequest,
    source: TierName,
    selection: Selection,
    stop: StopCheck,
  ): Omit<ChartResult, 'series'> {
    const dataSource = DATA_SOURCES[source];
    const tier = ROLLUP_TIERS.find(({ name }) => name === source);
    const stepMs = tier?.windowMs ?? stepOf((request.endMs - request.startMs) / request.points);
    const found = this.#ask(request, source, stepMs, selection, stop);
    // Where each series has fewer points than there are windows, a window shows who happens to be in it, not all of them.
    const spacingMs = tier === undefined ? spacingOf(found) : 0;
    if (spacingMs <= stepMs) return { dataSource, lines: linesOf(found), windowMs: stepMs };
    const widerMs = stepOf(spacingMs);
    const wider = this.#ask(request, source, widerMs, selection, stop);
    return { dataSource, lines: linesOf(wider), windowMs: widerMs };
  }

  // Five arguments: a question, and the two things that are decided here.
  #ask(
    request: ChartRequest,
    source: TierName,
    stepMs: number,
    selection: Selection,
    stop: StopCheck,
  ): WindowsFound {
    const aggregations = [request.aggregation, COUNT];
    const fixed = { prefersRaw: false, rollingMs: stepMs, isFilled: false };
    const question = { ...request, ...fixed, stepMs, aggregations, source };
    const horizonMs = this.#tools.horizons(request.metric, request.nowMs);
    return this.#tools.windows.run(question, selection, horizonMs, stop);
  }
}

const COUNT = { name: 'count', kind: 'count', percent: 0 } as const;

/** About the time between two points of a series; 0 where they are too few to tell. */
function spacingOf({ count, stepMs, columns, series }: WindowsFound): number {
  const counts = columns[1]!;
  let points = 0;
  let first = count;
  let last = 0;
  for (let at = 0; at < counts.length; at++) {
    if (Number.isNaN(counts[at]!)) continue;
    const window = at % count;
    points += counts[at]!;
    first = Math.min(first, window);
    last = Math.max(last, window);
  }
  // A tenth less, so that a few points that are missing don't make windows longer.
  return points <= series ? 0 : (0.9 * (last - first + 1) * stepMs * series) / points;
}

const NO_POINTS = { timesMs: new Float64Array(0), values: new Float64Array(0) };

/** The tier that fits the length of a range. */
function sourceOf({ startMs, endMs }: ChartRequest): TierName {
  return CHART_RANGES_MS.find(({ untilMs }) => endMs - startMs <= untilMs)!.source;
}

/** The tier, or the first coarser one that is still kept where the range begins; the coarsest where none is. */
function keptSource(source: TierName, startMs: number, horizonMs: (tier: TierName) => number): TierName {
  const from = TIER_NAMES.indexOf(source);
  return TIER_NAMES.slice(from).find((tier) => horizonMs(tier) <= startMs) ?? TIER_NAMES.at(-1)!;
}

/** The shortest round length of a window that isn't shorter than that. */
const stepOf = (ms: number): number =>
  CHART_STEPS_MS.find((stepMs) => stepMs >= ms) ?? CHART_STEPS_MS.at(-1)!;

function linesOf({ groups, firstMs, stepMs, count, columns: [column] }: WindowsFound): ChartLine[] {
  return groups.map((labels, group) => {
    const values = column!.subarray(group * count, (group + 1) * count);
    const windows = Array.from(values.keys()).filter((window) => !Number.isNaN(values[window]!));
    return {
      labels,
      timesMs: Float64Array.from(windows, (window) => firstMs + window * stepMs),
      values: Float64Array.from(windows, (window) => values[window]!),
    };
  });
}

const THIN: Readonly<Record<Exclude<Thinning, 'none'>, typeof lttbInto>> = {
  lttb: lttbInto,
  minmax: extremesPerPixelInto,
};

function thinned(line: ChartLine, { points, thinning }: ChartRequest): ChartLine {
  const { labels, timesMs, values } = line;
  if (thinning === 'none' || timesMs.length <= points) return line;
  const chosen = new Uint32Array(points);
  const count = THIN[thinning](timesMs, values, timesMs.length, points, chosen);
  const kept = chosen.subarray(0, count);
  return {
    labels,
    timesMs: Float64Array.from(kept, (i) => timesMs[i]!),
    values: Float64Array.from(kept, (i) => values[i]!),
  };
}

/** GET /api/metrics/{metric} */
export const chartQuestion = defineQuestion(chartPresenter, (tools) => {
  const query = new ChartQuery(tools);
  return (request, stop) => query.run(request, stop);
});
