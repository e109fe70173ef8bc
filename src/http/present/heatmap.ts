import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { formatTime } from '../../time/format-time.js';
import type { Labels, RangeRequest } from '../ports.js';
import type { Presenter } from './presenter.js';

export interface HeatmapRequest extends RangeRequest {
  kind: 'heatmap';
  nowMs: number;
  stepMs: number;
  /** The window as the client wrote it, to be told back. */
  windowText: string;
  /** Intervals that values are counted in. */
  rows: number;
  groupBy: string[];
  source: TierName | undefined;
}

/** Counts by window and value: `counts[i][r]` values of window i lie in [bounds[r], bounds[r + 1]). */
export interface HeatmapResult {
  dataSource: string;
  series: number;
  bounds: Float64Array;
  timesMs: number[];
  counts: Float64Array[];
  /** Of each window's group. */
  labels: readonly Labels[];
}

export const heatmapPresenter: Presenter<HeatmapRequest, HeatmapResult> = {
  kind: 'heatmap',
  body: (request, { dataSource, series, bounds, timesMs, counts, labels }) => ({
    metric_name: request.metric,
    window: request.windowText,
    data_source: dataSource,
    series_selected: series,
    bounds: [...bounds],
    data: timesMs.map((timeMs, i) => ({
      timestamp: formatTime(timeMs),
      counts: [...counts[i]!],
      ...(request.groupBy.length === 0 ? {} : { labels: labels[i]! }),
    })),
  }),
};
