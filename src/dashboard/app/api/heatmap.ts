import { instantParameter } from '../state/range';
import { getJson } from './client';

/** Points by time and value: `counts[i][j]` of window i have values in [bounds[j], bounds[j + 1]). */
export interface HeatmapAnswer {
  dataSource: string;
  times: readonly number[];
  bounds: readonly number[];
  counts: readonly (readonly number[])[];
}

interface WireAnswer {
  data_source: string;
  bounds: number[];
  data: { timestamp: string; counts: number[] }[];
}

export interface HeatmapRequest {
  metric: string;
  match: string | undefined;
  source: string | undefined;
  fromMs: number;
  toMs: number;
  stepMs: number;
  rows: number;
}

/** @throws ApiError */
export async function fetchHeatmap(request: HeatmapRequest, signal: AbortSignal): Promise<HeatmapAnswer> {
  const { metric, match, source, fromMs, toMs, stepMs, rows } = request;
  const query = {
    metric_name: metric,
    match,
    source,
    start: instantParameter(fromMs),
    end: instantParameter(toMs),
    window: `${stepMs / 1_000}s`,
    rows,
  };
  const { bounds, data, data_source } = await getJson<WireAnswer>('/query/heatmap', query, signal);
  return {
    dataSource: data_source,
    bounds,
    times: data.map(({ timestamp }) => Date.parse(timestamp)),
    counts: data.map(({ counts }) => counts),
  };
}
