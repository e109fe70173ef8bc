import type { AnomalyMethod } from '../../../native-free-core/detect/anomaly-method.js';
import type { StreamProfile } from '../../../native-free-core/detect/stream-detector.js';
import { formatDuration } from '../../time/duration.js';
import { formatTime } from '../../time/format-time.js';
import type { Labels, RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import type { Presenter } from './presenter.js';

export interface AnomaliesRequest extends RangeRequest {
  kind: 'anomalies';
  nowMs: number;
  method: AnomalyMethod;
  threshold: number;
  /** How far back a rolling baseline looks, ms. */
  windowMs: number | undefined;
  /** The period of a season; undefined: found from the data. */
  periodMs: number | undefined;
  profile: StreamProfile;
  /** Anomalies of the answer: the strangest. */
  limit: number;
}

export interface FoundAnomaly {
  ordinal: number;
  timeMs: number;
  value: number;
  score: number;
  zScore: number;
  expected: number;
}

export interface AnomaliesResult {
  /** Of all points of the range; without any the mean and the deviation are not read. */
  count: number;
  mean: number;
  stddev: number;
  /** Series that have points in the range. */
  series: number;
  /** Of the season of the one series that was looked at; undefined where there are several or the method has none. */
  periodMs: number | undefined;
  /** How many there are, of which `anomalies` are the strangest, by time. */
  total: number;
  anomalies: (Omit<FoundAnomaly, 'ordinal'> & { labels: Labels })[];
}

const rowsOf = ({ anomalies }: AnomaliesResult) =>
  anomalies.map(({ timeMs, value, score, zScore, expected, labels }) => ({
    timestamp: formatTime(timeMs),
    value,
    score: finite(score),
    z_score: finite(zScore),
    expected: finite(expected),
    labels,
  }));

export const anomaliesPresenter: Presenter<AnomaliesRequest, AnomaliesResult> = {
  kind: 'anomalies',
  body: (request, result) => ({
    metric_name: request.metric,
    start: formatTime(request.startMs),
    end: formatTime(request.endMs),
    method: request.method,
    threshold: request.threshold,
    mean: result.count === 0 ? null : finite(result.mean),
    stddev: result.count === 0 ? null : finite(result.stddev),
    count: result.count,
    series: result.series,
    ...(request.method === 'streaming' ? { profile: request.profile } : {}),
    ...(result.periodMs === undefined
      ? {}
      : { period: result.periodMs === 0 ? null : formatDuration(result.periodMs) }),
    anomaly_count: result.total,
    anomalies: rowsOf(result),
  }),
  table: (_request, result) => ({
    columns: ['timestamp', 'value', 'score', 'z_score', 'expected'],
    rows: rowsOf(result),
  }),
};
