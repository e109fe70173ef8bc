import type { AnswerFormat, Labels, QueryRequest } from '../ports.js';
import type { JsonBytes } from './json-bytes.js';
import type { Look } from './look.js';

/** A cell of a table. */
export type Cell = string | number | null;

/** A row of a table: cells by the names of their columns, and the labels of the series that it belongs to. */
export interface Row {
  readonly [column: string]: Cell | Labels | undefined;
  readonly labels?: Labels;
}

/** An answer as a table, for CSV and NDJSON. */
export interface Table {
  /** Columns of CSV in their order, labels apart: those follow, as `label.NAME`. */
  columns: readonly string[];
  rows: readonly Row[];
}

/** An answer as columns, for charts: every series has a value, or null, at each of the times. */
export interface Columns {
  /** Where the values come from, how many series they are made of, and how many groups there are: of answers about windows. */
  data_source?: string;
  series_selected?: number;
  groups_total?: number;
  /** ms since the epoch, rising. */
  times: number[];
  series: ColumnSeries[];
  /** Where the next page begins, null on the last one: of answers that are a page of more. */
  next_cursor?: string | null;
}

/** The values of one series, a number or null at each of the times. */
export interface ColumnSeries {
  labels: Labels;
  /** What the values are, where an answer has several of the same labels. */
  name?: string;
  values: (number | null)[];
}

/**
 * How the answers of one call are written. Lives beside the types of its request and its result; the query thread uses it, and
 * the call's declaration takes its formats.
 */
export interface Presenter<R extends QueryRequest, T> {
  readonly kind: R['kind'];
  /** The answer as a plain object, for JSON and MessagePack. `look`, here and below, is to be called between some thousand rows and the next. */
  body(request: R, result: T, look?: Look): object;
  table?(request: R, result: T, look?: Look): Table;
  columns?(request: R, result: T, look?: Look): Columns;
  /** What is written by hand, where an object a row costs too much. The bytes equal what the others would give. */
  writers?: Partial<Record<AnswerFormat, (request: R, result: T, out: JsonBytes) => void>>;
  /** The page that this is, where the answer is one of several. */
  page?(result: T): { rows: number; nextCursor: string | undefined };
}

/** The formats that a presenter can write, the default first. */
export function formatsOf<R extends QueryRequest, T>(presenter: Presenter<R, T>): AnswerFormat[] {
  const formats: AnswerFormat[] = ['json', 'msgpack'];
  if (presenter.columns !== undefined) formats.push('columns', 'columns_msgpack');
  if (presenter.table !== undefined) formats.push('csv', 'ndjson');
  return formats;
}
