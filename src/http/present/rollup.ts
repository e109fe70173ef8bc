import { type Aggregation, parseAggregation } from '../../../native-free-core/query/aggregation.js';
import type { Presenter } from './presenter.js';
import {
  type WindowsRequest,
  type WindowsResult,
  windowRows,
  windowRowsText,
  windowsAsColumns,
  windowsAsColumnsText,
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
  body: (request, result) => {
    const data = windowRows(request, result, ROLLUP_NAMES);
    return { ...headOf(request, data.length), data_source: result.dataSource, data };
  },
  table: (request, result) => ({
    columns: ['timestamp', ...ROLLUP_NAMES],
    rows: windowRows(request, result, ROLLUP_NAMES),
  }),
  columns: (request, result) => windowsAsColumns(request, result, ROLLUP_NAMES),
  texts: {
    columns: (request, result) => windowsAsColumnsText(request, result, ROLLUP_NAMES),
    json: (request, result) => {
      const { text, count } = windowRowsText(request, result, ROLLUP_NAMES);
      const head = JSON.stringify({ ...headOf(request, count), data_source: result.dataSource });
      return `${head.slice(0, -1)},"data":[${text}]}`;
    },
  },
};
