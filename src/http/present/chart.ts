import type { Aggregation } from '../../../native-free-core/query/aggregation.js';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { formatDuration } from '../../time/duration.js';
import { formatTime } from '../../time/format-time.js';
import type { Labels, RangeRequest } from '../ports.js';
import { alignColumns } from './align-columns.js';
import { finite } from './finite.js';
import { inSteps, noLook } from './look.js';
import type { Presenter, Row } from './presenter.js';

/** How a line is thinned: LTTB, the extremes of each pixel, or not at all. */
export type Thinning = 'lttb' | 'minmax' | 'none';

export interface ChartRequest extends RangeRequest {
  kind: 'chart';
  nowMs: number;
  /** The host that was asked for, to be told back. */
  host: string | null;
  /** At most so many points a line. */
  points: number;
  thinning: Thinning;
  /** How several series become one line. */
  aggregation: Aggregation;
  groupBy: string[];
  source: TierName | undefined;
}

/** One line: times that rise, a value at each. */
export interface ChartLine {
  labels: Labels;
  timesMs: Float64Array;
  values: Float64Array;
}

export interface ChartResult {
  dataSource: string;
  lines: readonly ChartLine[];
  /** Series that were selected. */
  series: number;
  /** The window that each value is the aggregation of; undefined where values are points as they came. */
  windowMs: number | undefined;
}

const pointsOf = ({ lines }: ChartResult): number =>
  lines.reduce((points, { timesMs }) => points + timesMs.length, 0);

const headOf = (request: ChartRequest, result: ChartResult) => ({
  metric_name: request.metric,
  start: formatTime(request.startMs),
  end: formatTime(request.endMs),
  host: request.host,
  points_requested: request.points,
  points_returned: pointsOf(result),
  data_source: result.dataSource,
  series: result.series,
  ...(result.windowMs === undefined
    ? {}
    : { window: formatDuration(result.windowMs), aggregation: request.aggregation.name }),
});

function rowsOf({ groupBy }: ChartRequest, { lines }: ChartResult, look = noLook): Row[] {
  return lines.flatMap(({ labels, timesMs, values }) =>
    inSteps(timesMs.length, look, (i) => ({
      time: formatTime(timesMs[i]!),
      value: finite(values[i]!),
      ...(groupBy.length === 0 ? {} : { labels }),
    })),
  );
}

export const chartPresenter: Presenter<ChartRequest, ChartResult> = {
  kind: 'chart',
  body: (request, result, look) => ({ ...headOf(request, result), data: rowsOf(request, result, look) }),
  table: (request, result, look) => ({ columns: ['time', 'value'], rows: rowsOf(request, result, look) }),
  columns: (_request, { lines }, look) => alignColumns(lines, look),
};
