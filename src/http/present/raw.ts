import { formatTime } from '../../time/format-time.js';
import type { Labels, RangeRequest } from '../ports.js';
import { alignColumns, type SeriesPoints } from './align-columns.js';
import type { JsonBytes } from './json-bytes.js';
import { labelsBytes } from './labels-bytes.js';
import { inSteps, noLook } from './look.js';
import type { Presenter, Row } from './presenter.js';

export interface RawRequest extends RangeRequest {
  kind: 'raw';
  limit: number;
  /** What an earlier answer gave as nextCursor; the query side's own text. */
  cursor: string | undefined;
  /** The labels that rows have; none: all of their series. */
  groupBy?: string[];
}

/** Rows in time order, as columns; row i belongs to series[seriesIndexes[i]]. */
export interface RawResult {
  series: Labels[];
  seriesIndexes: Uint32Array;
  timesMs: Float64Array;
  values: Float64Array;
  nextCursor: string | undefined;
}

const rowsOf = ({ timesMs, values, series, seriesIndexes }: RawResult, look = noLook): Row[] =>
  inSteps(timesMs.length, look, (row) => ({
    timestamp: formatTime(timesMs[row]!),
    value: values[row]!,
    labels: series[seriesIndexes[row]!]!,
  }));

/** Writes what JSON.stringify makes of rowsOf (a test compares them), without an object a row; labels are made once a series. */
function writeRows(result: RawResult, separator: string, out: JsonBytes): void {
  const { series, seriesIndexes, timesMs, values } = result;
  const labels = series.map(labelsBytes);
  for (let row = 0; row < timesMs.length; row++) {
    if (row > 0) out.text(separator);
    out.text('{"timestamp":"');
    out.text(formatTime(timesMs[row]!));
    out.text('","value":');
    out.number(values[row]!);
    out.text(',"labels":');
    out.bytes(labels[seriesIndexes[row]!]!);
    out.text('}');
  }
}

function writeJson(request: RawRequest, result: RawResult, out: JsonBytes): void {
  out.text(`{"metric_name":${JSON.stringify(request.metric)},"count":${result.timesMs.length},"data":[`);
  writeRows(result, ',', out);
  out.text(`],"next_cursor":${JSON.stringify(result.nextCursor ?? null)}}`);
}

function writeNdjson(_request: RawRequest, result: RawResult, out: JsonBytes): void {
  writeRows(result, '\n', out);
  if (result.timesMs.length > 0) out.text('\n');
}

function seriesOf(result: RawResult): SeriesPoints[] {
  const points = result.series.map((labels) => ({
    labels,
    timesMs: [] as number[],
    values: [] as number[],
  }));
  result.timesMs.forEach((timeMs, row) => {
    const own = points[result.seriesIndexes[row]!]!;
    own.timesMs.push(timeMs);
    own.values.push(result.values[row]!);
  });
  return points;
}

export const rawPresenter: Presenter<RawRequest, RawResult> = {
  kind: 'raw',
  body: (request, result, look) => {
    const data = rowsOf(result, look);
    return {
      metric_name: request.metric,
      count: data.length,
      data,
      next_cursor: result.nextCursor ?? null,
    };
  },
  table: (_request, result, look) => ({ columns: ['timestamp', 'value'], rows: rowsOf(result, look) }),
  columns: (_request, result, look) => ({
    ...alignColumns(seriesOf(result), look),
    next_cursor: result.nextCursor ?? null,
  }),
  writers: { json: writeJson, ndjson: writeNdjson },
  page: ({ timesMs, nextCursor }) => ({ rows: timesMs.length, nextCursor }),
};
