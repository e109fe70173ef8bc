import type { Aggregation } from '../../../native-free-core/query/aggregation.js';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { formatTime } from '../../time/format-time.js';
import type { LabelMatcher, Labels, RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import type { Columns, Row } from './presenter.js';

/** What all calls about windows ask. */
export interface WindowsRequest extends RangeRequest {
  /** When it was asked, which decides what is still kept. */
  nowMs: number;
  stepMs: number;
  aggregations: Aggregation[];
  /** Labels that split the answer; none: all series together, and no labels in its rows. */
  groupBy: string[];
  /** The tier that is asked for; undefined: the planner's choice. */
  source: TierName | undefined;
  /** Whether windows without points are null instead of left out. */
  isFilled: boolean;
  /** Conditions on names of metrics in place of the one metric. */
  names?: LabelMatcher[] | undefined;
  /** Only so many groups, those with the largest last values; undefined: all. */
  top?: number | undefined;
}

/** Windows as columns: window w of group g is place g * count + w, and NaN where it has no points. */
export interface WindowsResult {
  /** As answers name it. */
  dataSource: string;
  groups: readonly Labels[];
  firstMs: number;
  stepMs: number;
  count: number;
  /** One for each of the aggregations. */
  columns: readonly Float64Array[];
  /** Series that were selected, and groups that they make, of which `top` may have left some out. */
  series: number;
  groupsTotal: number;
}

type Asked = Pick<WindowsRequest, 'groupBy' | 'isFilled'>;

/** Calls back for each row that the answer has: group by group, windows ascending. */
function forEachRow(
  { isFilled }: Asked,
  { groups, count, columns }: WindowsResult,
  visit: (group: number, window: number, at: number) => void,
): void {
  for (let group = 0; group < groups.length; group++) {
    for (let window = 0; window < count; window++) {
      const at = group * count + window;
      if (isFilled || columns.some((column) => !Number.isNaN(column[at]!))) visit(group, window, at);
    }
  }
}

/** Rows with a member for each of the columns, which `names` names. */
export function windowRows(request: Asked, result: WindowsResult, names: readonly string[]): Row[] {
  const rows: Row[] = [];
  forEachRow(request, result, (group, window, at) => {
    const values = names.map((name, k) => [name, finite(result.columns[k]![at]!)] as const);
    rows.push({
      timestamp: formatTime(result.firstMs + window * result.stepMs),
      ...Object.fromEntries(values),
      ...(request.groupBy.length === 0 ? {} : { labels: result.groups[group]! }),
    });
  });
  return rows;
}

/**
 * The same rows as the text that JSON.stringify makes of them (a test compares them), without an object a row; and how
 * many they are.
 */
export function windowRowsText(
  request: Asked,
  result: WindowsResult,
  names: readonly string[],
): { text: string; count: number } {
  const heads = names.map((name) => `,${JSON.stringify(name)}:`);
  const tails = result.groups.map((labels) =>
    request.groupBy.length === 0 ? '}' : `,"labels":${JSON.stringify(labels)}}`,
  );
  const times = new Array<string | undefined>(result.count);
  let text = '';
  let count = 0;
  forEachRow(request, result, (group, window, at) => {
    const time = (times[window] ??= `{"timestamp":"${formatTime(result.firstMs + window * result.stepMs)}"`);
    text += count++ === 0 ? time : `,${time}`;
    for (let k = 0; k < heads.length; k++) text += heads[k]! + numberText(result.columns[k]![at]!);
    text += tails[group]!;
  });
  return { text, count };
}

const numberText = (value: number): string => (Number.isFinite(value) ? String(value) : 'null');

/** The same as `windowsAsColumns` as the text that JSON.stringify makes of it (a test compares them), without a list a series. */
export function windowsAsColumnsText(
  request: Asked,
  result: WindowsResult,
  names: readonly string[],
): string {
  const isThere = new Uint8Array(result.count);
  forEachRow(request, result, (_group, window) => {
    isThere[window] = 1;
  });
  const windows: number[] = [];
  const times: number[] = [];
  isThere.forEach((there, window) => {
    if (there === 0) return;
    windows.push(window);
    times.push(result.firstMs + window * result.stepMs);
  });
  const memberNames = names.map((name) => (names.length === 1 ? '' : `,"name":${JSON.stringify(name)}`));
  let series = '';
  for (let group = 0; group < result.groups.length; group++) {
    const labels = JSON.stringify(result.groups[group]);
    for (let k = 0; k < result.columns.length; k++) {
      const column = result.columns[k]!;
      const base = group * result.count;
      let values = '';
      for (let i = 0; i < windows.length; i++) {
        values +=
          i === 0 ? numberText(column[base + windows[i]!]!) : `,${numberText(column[base + windows[i]!]!)}`;
      }
      series += `${series === '' ? '' : ','}{"labels":${labels}${memberNames[k]!},"values":[${values}]}`;
    }
  }
  const head = JSON.stringify({
    data_source: result.dataSource,
    series_selected: result.series,
    groups_total: result.groupsTotal,
    times,
  });
  return `${head.slice(0, -1)},"series":[${series}]}`;
}

/** Times of all windows that have a row, and for each group and column its values; `names` where there are several columns. */
export function windowsAsColumns(request: Asked, result: WindowsResult, names: readonly string[]): Columns {
  const isThere = new Uint8Array(result.count);
  forEachRow(request, result, (_group, window) => {
    isThere[window] = 1;
  });
  const windows = Array.from(isThere.keys()).filter((window) => isThere[window] === 1);
  const series = result.groups.flatMap((labels, group) =>
    result.columns.map((column, k) => ({
      labels,
      ...(names.length === 1 ? {} : { name: names[k]! }),
      values: windows.map((window) => finite(column[group * result.count + window]!)),
    })),
  );
  return {
    data_source: result.dataSource,
    series_selected: result.series,
    groups_total: result.groupsTotal,
    times: windows.map((window) => result.firstMs + window * result.stepMs),
    series,
  };
}
