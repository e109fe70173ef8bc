import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { formatTime } from '../../time/format-time.js';
import type { RangeRequest } from '../ports.js';
import type { Presenter } from './presenter.js';

export interface HeatmapRequest extends RangeRequest {
  kind: 'heatmap';
  nowMs: number;
  stepMs: number;
  /** The window as the client wrote it, to be told back. */
  windowText: string;
  /** Intervals that values are counted in. */
  rows: number;
  source: TierName | undefined;
}

/** Counts by window and value: `counts[i][r]` values of window i lie in [bounds[r], bounds[r + 1]). */
export interface HeatmapResult {
  dataSource: string;
  series: number;
  bounds: Float64Array;
  timesMs: number[];
  counts: Float64Array[];
}

export const heatmapPresenter: Presenter<HeatmapRequest, HeatmapResult> = {
  kind: 'heatmap',
  body: (request, { dataSource, series, bounds, timesMs, counts }) => ({
    metric_name: request.metric,
    window: request.windowText,
    data_source: dataSource,
    series_selected: series,
    bounds: [...bounds],
    data: timesMs.map((timeMs, i) => ({ timestamp: formatTime(timeMs), counts: [...counts[i]!] })),
  }),
};
