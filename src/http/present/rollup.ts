import { type Aggregation, parseAggregation } from '../../../native-free-core/query/aggregation.js';
import type { Presenter } from './presenter.js';
import {
  countWindowRows,
  type WindowsRequest,
  type WindowsResult,
  windowRows,
  windowsAsColumns,
  writeWindowRows,
  writeWindowsAsColumns,
} from './windows.js';

export interface RollupRequest extends WindowsRequest {
  kind: 'rollup';
  /** The window as the client wrote it, to be told back. */
  windowText: string;
}

/** The members of a row, in their order. */
export const ROLLUP_NAMES = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first',
  'last',
  'stddev',
  'p50',
  'p90',
  'p95',
  'p99',
] as const;

/** What a rollup asks for, a member of a row each. */
export const ROLLUP_AGGREGATIONS: readonly Aggregation[] = ROLLUP_NAMES.map(
  (name) => parseAggregation(name)!,
);

const headOf = ({ metric, windowText }: RollupRequest, count: number) => ({
  metric_name: metric,
  window: windowText,
  count,
});

export const rollupPresenter: Presenter<RollupRequest, WindowsResult> = {
  kind: 'rollup',
  body: (request, result, look) => {
    const data = windowRows(request, result, ROLLUP_NAMES, look);
    return { ...headOf(request, data.length), data_source: result.dataSource, data };
  },
  table: (request, result, look) => ({
    columns: ['timestamp', ...ROLLUP_NAMES],
    rows: windowRows(request, result, ROLLUP_NAMES, look),
  }),
  columns: (request, result, look) => windowsAsColumns(request, result, ROLLUP_NAMES, look),
  writers: {
    columns: (request, result, out) => writeWindowsAsColumns(request, result, ROLLUP_NAMES, out),
    json: (request, result, out) => {
      const head = headOf(request, countWindowRows(request, result));
      out.text(`${JSON.stringify({ ...head, data_source: result.dataSource }).slice(0, -1)},"data":`);
      writeWindowRows(request, result, ROLLUP_NAMES, out);
      out.text('}');
    },
  },
};
