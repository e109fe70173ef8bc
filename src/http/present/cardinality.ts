import type { SelectorsRequest, SeriesAdmission } from '../ports.js';
import type { Presenter } from './presenter.js';

export interface CardinalityRequest extends SelectorsRequest {
  kind: 'cardinality';
  nowMs: number;
  /** The most metrics, labels and values, each. */
  limit: number;
  /** What the engine takes and has refused, to be told back. */
  admission: SeriesAdmission;
}

/** Series, and those of them whose oldest point lies within the last hour and the last day. */
export interface SeriesGrowth {
  series: number;
  lastHour: number;
  lastDay: number;
}

export interface CardinalityResult {
  all: SeriesGrowth;
  /** How many there are in all, of those that were asked for. */
  metricCount: number;
  labelCount: number;
  labelSetCount: number;
  /** The largest of each, the largest first. */
  metrics: (SeriesGrowth & { metric: string })[];
  labels: { label: string; values: number; series: number }[];
  labelValues: { label: string; value: string; series: number }[];
}

const growth = ({ series, lastHour, lastDay }: SeriesGrowth): object => ({
  series,
  new_last_hour: lastHour,
  new_last_day: lastDay,
});

export const cardinalityPresenter: Presenter<CardinalityRequest, CardinalityResult> = {
  kind: 'cardinality',
  body: ({ admission }, result) => ({
    ...growth(result.all),
    metrics: result.metricCount,
    labels: result.labelCount,
    label_sets: result.labelSetCount,
    series_by_metric: result.metrics.map((metric) => ({ metric: metric.metric, ...growth(metric) })),
    series_by_label: result.labels,
    series_by_label_value: result.labelValues,
    limits: admission.limits,
    refused: admission.refused,
  }),
};
