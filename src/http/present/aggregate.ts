import type { Aggregation } from '../../../native-free-core/query/aggregation.js';
import { percentileKey } from './point-statistics.js';
import type { Presenter } from './presenter.js';
import {
  type WindowsRequest,
  type WindowsResult,
  windowRows,
  windowsAsColumns,
  writeWindowRows,
  writeWindowsAsColumns,
} from './windows.js';

export interface AggregateRequest extends WindowsRequest {
  kind: 'aggregate';
  /** The interval as the client wrote it, to be told back. */
  intervalText: string;
  /** How far each row looks back from the end of its window, ms; the interval itself where nothing rolls. */
  rollingMs: number;
  /** The same as the client wrote it. */
  rollingText: string | undefined;
  /** Whether a list of aggregations was asked for, so that rows have a member for each instead of `value`. */
  isList: boolean;
}

const namesOf = ({ aggregations, isList }: AggregateRequest): string[] =>
  isList ? aggregations.map(aggregateMember) : ['value'];

/** The member of a row that an aggregation of a list has: `p99.9` is `p99_9`, as everywhere. */
export const aggregateMember = ({ name }: Aggregation): string =>
  /^p\d/.test(name) ? percentileKey(Number(name.slice(1).replace('_', '.'))) : name;

const headOf = (request: AggregateRequest, { dataSource }: WindowsResult) => ({
  metric_name: request.names === undefined ? request.metric : null,
  interval: request.intervalText,
  ...(request.isList
    ? { aggregations: request.aggregations.map(({ name }) => name) }
    : { aggregation: request.aggregations[0]!.name }),
  ...(request.rollingText === undefined ? {} : { rolling: request.rollingText }),
  data_source: dataSource,
});

export const aggregatePresenter: Presenter<AggregateRequest, WindowsResult> = {
  kind: 'aggregate',
  body: (request, result, look) => ({
    ...headOf(request, result),
    data: windowRows(request, result, namesOf(request), look),
  }),
  table: (request, result, look) => ({
    columns: ['timestamp', ...namesOf(request)],
    rows: windowRows(request, result, namesOf(request), look),
  }),
  columns: (request, result, look) => windowsAsColumns(request, result, namesOf(request), look),
  writers: {
    columns: (request, result, out) => writeWindowsAsColumns(request, result, namesOf(request), out),
    json: (request, result, out) => {
      out.text(`${JSON.stringify(headOf(request, result)).slice(0, -1)},"data":`);
      writeWindowRows(request, result, namesOf(request), out);
      out.text('}');
    },
  },
};
