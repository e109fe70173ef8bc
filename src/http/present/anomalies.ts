import type { AnomalyMethod } from '../../../native-free-core/detect/anomaly-method.js';
import type { StreamProfile } from '../../../native-free-core/detect/stream-detector.js';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
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
  groupBy: string[];
  /** The tier whose windows stand for points; undefined: raw points, or the finest tier that goes back far enough. */
  source: TierName | undefined;
}

export interface FoundAnomaly {
  ordinal: number;
  timeMs: number;
  value: number;
  score: number;
  zScore: number;
  expected: number;
}

export interface AnomalySummary {
  /** Of all points of the range; without any the mean and the deviation are not read. */
  count: number;
  mean: number;
  stddev: number;
  /** Series that have points in the range. */
  series: number;
  /** How many anomalies there are, of which the answer has the strangest. */
  total: number;
}

type LabelledAnomaly = Omit<FoundAnomaly, 'ordinal'> & { labels: Labels };

export interface AnomaliesResult extends AnomalySummary {
  /** As answers name it. */
  dataSource: string;
  /** The window that each value is the mean of; undefined where values are points as they came. */
  windowMs: number | undefined;
  /** Of the season of the one series that was looked at; undefined where there are several or the method has none. */
  periodMs: number | undefined;
  /** The strangest, by time. */
  anomalies: LabelledAnomaly[];
  /** By the labels of `groupBy`, with those of the answer's anomalies that are theirs; groups without points are left out. */
  groups: (AnomalySummary & { labels: Labels; anomalies: LabelledAnomaly[] })[];
}

const rowsOf = (anomalies: readonly LabelledAnomaly[]) =>
  anomalies.map(({ timeMs, value, score, zScore, expected, labels }) => ({
    timestamp: formatTime(timeMs),
    value,
    score: finite(score),
    z_score: finite(zScore),
    expected: finite(expected),
    labels,
  }));

const summaryOf = ({ count, mean, stddev, series }: AnomalySummary) => ({
  mean: count === 0 ? null : finite(mean),
  stddev: count === 0 ? null : finite(stddev),
  count,
  series,
});

export const anomaliesPresenter: Presenter<AnomaliesRequest, AnomaliesResult> = {
  kind: 'anomalies',
  body: (request, result) => ({
    metric_name: request.metric,
    start: formatTime(request.startMs),
    end: formatTime(request.endMs),
    method: request.method,
    threshold: request.threshold,
    data_source: result.dataSource,
    ...(result.windowMs === undefined ? {} : { window: formatDuration(result.windowMs) }),
    ...summaryOf(result),
    ...(request.method === 'streaming' ? { profile: request.profile } : {}),
    ...(result.periodMs === undefined
      ? {}
      : { period: result.periodMs === 0 ? null : formatDuration(result.periodMs) }),
    anomaly_count: result.total,
    anomalies: rowsOf(result.anomalies),
    ...(request.groupBy.length === 0
      ? {}
      : {
          groups: result.groups.map((group) => ({
            labels: group.labels,
            ...summaryOf(group),
            anomaly_count: group.total,
            anomalies: rowsOf(group.anomalies),
          })),
        }),
  }),
  table: (_request, result) => ({
    columns: ['timestamp', 'value', 'score', 'z_score', 'expected'],
    rows: rowsOf(result.anomalies),
  }),
};
