import { MillraceError } from '../errors.js';
import {
  type AnomaliesRequest,
  type AnomaliesResult,
  anomaliesPresenter,
} from '../http/present/anomalies.js';
import { formatTime } from '../time/format-time.js';
import { AnomalyList } from './anomaly-list.js';
import { ROLLING_BASELINE_PART, SERIES_POINTS_MAX, STREAM_WARM_UP_MS_MAX } from './limits.js';
import { type Moments, momentsOf } from './moments.js';
import type { QueryTools } from './query-tools.js';
import { defineQuestion } from './question.js';
import { SeriesBaseline } from './series-baseline.js';
import { SeriesExtent } from './series-extent.js';
import { SeriesPoints } from './series-points.js';
import type { StopCheck } from './stop-check.js';

/** Moments of several series, merged (T. Chan, G. Golub, R. LeVeque 1979). */
interface Pooled {
  count: number;
  mean: number;
  m2: number;
  series: number;
}

/** Finds strange points of each series by itself, among raw points. */
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
    const horizonMs = this.#tools.horizons(metric, request.nowMs)('raw');
    const extent = new SeriesExtent(selection, this.#tools.lines, stop);
    if (extent.clip({ startMs, endMs }, 1_000).startMs < horizonMs) throw rawNotKept(horizonMs);
    const range = { startMs: Math.max(horizonMs, startMs - warmUpMs(request)), endMs };
    stop.trace.addParts([{ tier: 'raw', ...range }]);
    stop.trace.spent('plan');
    const list = new AnomalyList(request.limit);
    const pooled: Pooled = { count: 0, mean: 0, m2: 0, series: 0 };
    try {
      this.#tools.points.scan(selection, range, this.#points, stop);
      stop.trace.spent('scan');
      this.#points.forEachSeries(selection.count, (ordinal, times, values, count) => {
        stop.check();
        this.#look(request, list, pooled, ordinal, times, values, count);
      });
    } finally {
      this.#points.clear();
      this.#baseline.clear();
    }
    return {
      count: pooled.count,
      mean: pooled.mean,
      stddev: pooled.count === 0 ? 0 : Math.sqrt(pooled.m2 / pooled.count),
      series: pooled.series,
      periodMs: request.method === 'seasonal' && pooled.series === 1 ? this.#baseline.periodMs : undefined,
      total: list.total,
      anomalies: list
        .take()
        .map(({ ordinal, ...anomaly }) => ({ ...anomaly, labels: selection.labelsOf(ordinal) })),
    };
  }

  // Seven arguments: what is asked, where findings go, and a series.
  #look(
    request: AnomaliesRequest,
    list: AnomalyList,
    pooled: Pooled,
    ordinal: number,
    times: Float64Array,
    values: Float64Array,
    count: number,
  ): void {
    const { startMs, threshold } = request;
    let from = 0;
    while (from < count && times[from]! < startMs) from++;
    if (from === count) return;
    const moments = momentsOf(values.subarray(from), count - from);
    pool(pooled, moments);
    const baseline = this.#baseline;
    this.#prepare(request, moments, times, values, count);
    for (let i = from; i < count; i++) {
      const score = baseline.score[i]!;
      if (!(score >= threshold)) continue;
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

function pool(pooled: Pooled, { count, mean, stddev }: Moments): void {
  const total = pooled.count + count;
  const distance = mean - pooled.mean;
  pooled.m2 += count * stddev * stddev + (distance * distance * pooled.count * count) / total;
  pooled.mean += (distance * count) / total;
  pooled.count = total;
  pooled.series++;
}

function rawNotKept(horizonMs: number): MillraceError {
  const from = formatTime(Math.ceil(horizonMs / 1_000) * 1_000);
  return new MillraceError(
    'MR_NOT_KEPT',
    `Anomalies are looked for among raw points, and before ${from} only rollups are kept. Ask for a start at or after ${from}.`,
  );
}

/** GET /anomaly/detect */
export const anomaliesQuestion = defineQuestion(anomaliesPresenter, (tools) => {
  const query = new AnomaliesQuery(tools);
  return (request, stop) => query.run(request, stop);
});
