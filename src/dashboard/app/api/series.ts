import { SERIES_DRAWN_MAX } from '../chart/palette';
import { instantParameter } from '../state/range';
import { postJson } from './client';

/** What is asked for: one metric over a range in windows, by aggregations and labels. */
export interface SeriesRequest {
  metric: string;
  match: string | undefined;
  fromMs: number;
  toMs: number;
  stepMs: number;
  aggregations: readonly string[];
  groupBy: readonly string[];
  source: string | undefined;
}

/** One line of an answer. */
export interface AnswerSeries {
  labels: Readonly<Record<string, string>>;
  /** The aggregation, where there are several. */
  name?: string;
  values: readonly (number | null)[];
}

export interface Trace {
  series: number;
  points: number;
  cells: number;
  plan_ms: number;
  scan_ms: number;
  merge_ms: number;
  encode_ms: number;
}

export interface SeriesAnswer {
  times: readonly number[];
  series: readonly AnswerSeries[];
  data_source: string;
  /** Series that were merged into the lines. */
  series_selected: number;
  /** Lines that there are; the answer has those with the largest last values. */
  groups_total: number;
  trace?: Trace;
}

/** @throws ApiError */
export function fetchSeries(request: SeriesRequest, signal?: AbortSignal): Promise<SeriesAnswer> {
  return postJson<SeriesAnswer>(
    '/api/v1/aggregate?format=columns&trace=1',
    {
      metric_name: request.metric,
      interval: `${request.stepMs / 1_000}s`,
      aggregations: request.aggregations,
      start: instantParameter(request.fromMs),
      end: instantParameter(request.toMs),
      match: request.match,
      group_by: request.groupBy,
      source: request.source,
      top: SERIES_DRAWN_MAX,
      fill: 'null',
    },
    signal,
  );
}
