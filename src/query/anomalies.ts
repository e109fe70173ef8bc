import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { DATA_SOURCES } from '../../native-free-core/query/data-source.js';
import { planSources } from '../../native-free-core/query/plan-sources.js';
import { windowShape } from '../../native-free-core/query/window-shape.js';
import type { RollupTier } from '../../native-free-core/tier/tiers.js';
import {
  type AnomaliesRequest,
  type AnomaliesResult,
  type AnomalySummary,
  anomaliesPresenter,
  type FoundAnomaly,
} from '../http/present/anomalies.js';
import { AnomalyList } from './anomaly-list.js';
import { anomalySource } from './anomaly-source.js';
import { ROLLING_BASELINE_PART, SERIES_POINTS_MAX, STREAM_WARM_UP_MS_MAX } from './limits.js';
import { type Moments, momentsOf } from './moments.js';
import { notKept } from './not-kept.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import type { Selection } from './selection.js';
import { SeriesBaseline } from './series-baseline.js';
import { SeriesExtent } from './series-extent.js';
import { SeriesPoints } from './series-points.js';
import { SeriesWindows } from './series-windows.js';
import { checkGroups, type StopCheck } from './stop-check.js';

/** Looks at a series: its points, or windows of it, in the order of time. */
type SeriesVisitor = (
  search: Search,
  ordinal: number,
  times: Float64Array,
  values: Float64Array,
  count: number,
) => void;

/** Moments of several series, merged (T. Chan, G. Golub, R. LeVeque 1979), and how many strange points they have. */
interface Pooled {
  count: number;
  mean: number;
  m2: number;
  series: number;
  anomalies: number;
}

/** What is asked, as it is looked for. */
interface Search extends AnomaliesRequest {
  /** Where points are judged from: before it they only tell a method what to expect. */
  judgedFromMs: number;
}

/** Finds strange points of each series by itself: raw points, or the means of a tier's windows where those have ended. */
class AnomaliesQuery {
  readonly #tools: QueryTools;
  readonly #points = new SeriesPoints(SERIES_POINTS_MAX);
  readonly #baseline = new SeriesBaseline();

  constructor(tools: QueryTools) {
    this.#tools = tools;
  }

  run(request: AnomaliesRequest, stop: StopCheck): AnomaliesResult {
    const { metric, startMs, endMs } = request;
    const selection = this.#tools.select(metric, request.selectors);
    stop.cost.series = selection.count;
    const groups = selection.groupsBy(request.groupBy, stop);
    checkGroups(groups.count, stop);
    const horizonMs = this.#tools.horizons(metric, request.nowMs);
    const extent = new SeriesExtent(selection, this.#tools.lines, stop);
    const range = extent.clip({ startMs, endMs }, 1_000);
    const warmUp = warmUpMs(request);
    const asked = { range, warmUpMs: warmUp, series: selection.count, wanted: request.source, horizonMs };
    const tier = anomalySource(asked);
    const list = new AnomalyList(request.limit);
    const pooled = groups.labels.map(nothingPooled);
    const look: SeriesVisitor = (search, ordinal, times, values, count) => {
      stop.check();
      this.#look(search, list, pooled[groups.of(ordinal)]!, ordinal, times, values, count);
    };
    this.#baseline.begin(() => stop.check());
    try {
      if (tier === undefined) {
        const fromMs = Math.max(horizonMs('raw'), startMs - warmUp);
        this.#scanPoints(request, selection, fromMs, look, stop);
      } else this.#scanTier(request, selection, extent, tier, warmUp, look, stop);
    } finally {
      this.#points.clear();
      this.#baseline.clear();
    }
    const all = pooled.reduce((sum, each) => pool(sum, each), nothingPooled());
    const periodMs = request.method === 'seasonal' && all.series === 1 ? this.#baseline.periodMs : undefined;
    const found = list.take();
    const withLabels = (of: FoundAnomaly[]): AnomaliesResult['anomalies'] =>
      of.map(({ ordinal, ...anomaly }) => ({ ...anomaly, labels: selection.labelsOf(ordinal) }));
    const ofGroups = groups.labels.map((): FoundAnomaly[] => []);
    for (const anomaly of found) ofGroups[groups.of(anomaly.ordinal)]!.push(anomaly);
    return {
      dataSource: DATA_SOURCES[tier?.name ?? 'raw'],
      windowMs: tier?.windowMs,
      ...summaryOf(all),
      periodMs,
      anomalies: withLabels(found),
      groups: groups.labels
        .map((labels, group) => ({
          labels,
          ...summaryOf(pooled[group]!),
          anomalies: withLabels(ofGroups[group]!),
        }))
        .filter(({ series }) => series > 0),
    };
  }

  // Five arguments: what is asked of whom, and who looks.
  #scanPoints(
    request: AnomaliesRequest,
    selection: Selection,
    fromMs: number,
    look: SeriesVisitor,
    stop: StopCheck,
  ): void {
    const range = { startMs: fromMs, endMs: request.endMs };
    stop.trace.addParts([{ tier: 'raw', ...range }]);
    stop.trace.spent('plan');
    this.#tools.points.scan(selection, range, this.#points, stop);
    stop.trace.spent('scan');
    const search = { ...request, judgedFromMs: request.startMs };
    this.#points.forEachSeries(selection.count, (...series) => look(search, ...series));
  }

  // Seven arguments: the same, and the tier.
  #scanTier(
    request: AnomaliesRequest,
    selection: Selection,
    extent: SeriesExtent,
    { name, windowMs }: RollupTier,
    warmUp: number,
    look: SeriesVisitor,
    stop: StopCheck,
  ): void {
    const { startMs, endMs } = request;
    const horizonMs = this.#tools.horizons(request.metric, request.nowMs);
    // Whole windows, also where the range begins or ends within one, if all of it is kept.
    const keptMs = Math.ceil(horizonMs(name) / windowMs) * windowMs;
    const fromMs = Math.max(windowStartOf(startMs - warmUp, windowMs), keptMs);
    const whole = { startMs: fromMs, endMs: Math.ceil(endMs / windowMs) * windowMs };
    const range = extent.clip(whole, windowMs);
    const wish = { stepMs: windowMs, prefersRaw: false, needsRaw: false, wanted: name, horizonMs };
    const plan = planSources({ ...range, ...wish });
    if (plan.gap !== undefined) throw notKept(plan.gap, { stepMs: windowMs });
    stop.trace.addParts(plan.parts);
    stop.trace.spent('plan');
    const windows = new SeriesWindows(windowShape(range.startMs, range.endMs, windowMs, selection.count));
    this.#tools.points.scanParts(selection, plan.parts, windows, stop, range);
    stop.trace.spent('scan');
    const search = { ...request, judgedFromMs: windowStartOf(startMs, windowMs) };
    windows.forEachSeries((...series) => look(search, ...series));
  }

  // Seven arguments: what is asked, where findings go, and a series.
  #look(
    search: Search,
    list: AnomalyList,
    pooled: Pooled,
    ordinal: number,
    times: Float64Array,
    values: Float64Array,
    count: number,
  ): void {
    const { judgedFromMs, threshold } = search;
    let from = 0;
    while (from < count && times[from]! < judgedFromMs) from++;
    if (from === count) return;
    const moments = momentsOf(values.subarray(from, count), count - from);
    pool(pooled, { ...moments, m2: moments.count * moments.stddev ** 2, series: 1, anomalies: 0 });
    const baseline = this.#baseline;
    this.#prepare(search, moments, times, values, count);
    for (let i = from; i < count; i++) {
      const score = baseline.score[i]!;
      if (!(score >= threshold)) continue;
      pooled.anomalies++;
      const value = values[i]!;
      const zScore = baseline.zScore(i, value);
      list.add({ ordinal, timeMs: times[i]!, value, score, zScore, expected: baseline.expected[i]! });
    }
  }

  // Five arguments: what is asked, and a series. Points before the range are there for the streaming method alone.
  #prepare(
    { method, startMs, endMs, windowMs, periodMs, profile }: AnomaliesRequest,
    moments: Moments,
    times: Float64Array,
    values: Float64Array,
    count: number,
  ): void {
    const baseline = this.#baseline;
    if (method === 'zscore') baseline.zScores(values, count, moments);
    else if (method === 'mad') baseline.medians(values, count);
    else if (method === 'seasonal') baseline.seasonal(times, values, count, periodMs);
    else if (method === 'streaming') baseline.streaming(times, values, count, profile);
    else {
      const rolling = windowMs ?? (endMs - startMs) / ROLLING_BASELINE_PART;
      baseline.rolling(times, values, count, moments, rolling);
    }
  }
}

/** How much of the past a method looks at before the range: detectors learn from as much as they judge, at least an hour. */
function warmUpMs({ method, startMs, endMs, windowMs }: AnomaliesRequest): number {
  if (method === 'rolling_zscore') return windowMs ?? (endMs - startMs) / ROLLING_BASELINE_PART;
  if (method !== 'streaming') return 0;
  return Math.min(STREAM_WARM_UP_MS_MAX, Math.max(3_600_000, endMs - startMs));
}

const nothingPooled = (): Pooled => ({ count: 0, mean: 0, m2: 0, series: 0, anomalies: 0 });

/** Adds what is known of others; answers the sum. */
function pool(pooled: Pooled, { count, mean, m2, series, anomalies }: Pooled): Pooled {
  const total = pooled.count + count;
  if (count === 0) return pooled;
  const distance = mean - pooled.mean;
  pooled.m2 += m2 + (distance * distance * pooled.count * count) / total;
  // In this order, so that large means stay finite.
  pooled.mean += distance * (count / total);
  pooled.count = total;
  pooled.series += series;
  pooled.anomalies += anomalies;
  return pooled;
}

const summaryOf = ({ count, mean, m2, series, anomalies }: Pooled): AnomalySummary => ({
  ...{ count, mean, series, total: anomalies },
  stddev: count === 0 ? 0 : Math.sqrt(m2 / count),
});

/** GET /anomaly/detect */
export const anomaliesQuestion = defineQuestion(anomaliesPresenter, (tools) => {
  const query = new AnomaliesQuery(tools);
  return (request, stop) => query.run(request, stop);
});
