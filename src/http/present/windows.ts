import type { Aggregation } from '../../../native-free-core/query/aggregation.js';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { formatTime } from '../../time/format-time.js';
import { ROWS_AT_ONCE } from '../limits.js';
import type { LabelMatcher, Labels, RangeRequest } from '../ports.js';
import { finite } from './finite.js';
import type { JsonBytes } from './json-bytes.js';
import { labelsBytes } from './labels-bytes.js';
import { noLook } from './look.js';
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
      if (isFilled || hasValue(columns, at)) visit(group, window, at);
    }
  }
}

function hasValue(columns: readonly Float64Array[], at: number): boolean {
  for (let k = 0; k < columns.length; k++) if (!Number.isNaN(columns[k]![at]!)) return true;
  return false;
}

/** How many rows the answer has. */
export function countWindowRows(request: Asked, result: WindowsResult): number {
  let count = 0;
  forEachRow(request, result, () => count++);
  return count;
}

/** Rows with a member for each of the columns, which `names` names. */
// Four arguments: what all of these have in common, and who looks.
export function windowRows(
  request: Asked,
  result: WindowsResult,
  names: readonly string[],
  look = noLook,
): Row[] {
  const rows: Row[] = [];
  forEachRow(request, result, (group, window, at) => {
    if (rows.length % ROWS_AT_ONCE === 0) look();
    const values = names.map((name, k) => [name, finite(result.columns[k]![at]!)] as const);
    rows.push({
      timestamp: formatTime(result.firstMs + window * result.stepMs),
      ...Object.fromEntries(values),
      ...(request.groupBy.length === 0 ? {} : { labels: result.groups[group]! }),
    });
  });
  return rows;
}

/** Writes the list of the same rows as JSON.stringify would (a test compares them), without an object a row. */
// Four arguments: what all of these have in common, and where to.
export function writeWindowRows(
  request: Asked,
  result: WindowsResult,
  names: readonly string[],
  out: JsonBytes,
): void {
  const heads = names.map((name) => `,${JSON.stringify(name)}:`);
  const times = new Array<string | undefined>(result.count);
  let isFirst = true;
  out.text('[');
  forEachRow(request, result, (group, window, at) => {
    const time = (times[window] ??= `{"timestamp":"${formatTime(result.firstMs + window * result.stepMs)}"`);
    if (!isFirst) out.text(',');
    isFirst = false;
    out.text(time);
    for (let k = 0; k < heads.length; k++) {
      out.text(heads[k]!);
      out.number(result.columns[k]![at]!);
    }
    if (request.groupBy.length > 0) {
      out.text(',"labels":');
      out.bytes(labelsBytes(result.groups[group]!));
    }
    out.text('}');
  });
  out.text(']');
}

/** Writes `windowsAsColumns` as JSON.stringify would (a test compares them), without a list a series. */
// Four arguments: the same.
export function writeWindowsAsColumns(
  request: Asked,
  result: WindowsResult,
  names: readonly string[],
  out: JsonBytes,
): void {
  const windows = windowsWithRows(request, result);
  out.text(`{"data_source":"${result.dataSource}","series_selected":${result.series},`);
  out.text(`"groups_total":${result.groupsTotal},"times":[`);
  for (let i = 0; i < windows.length; i++) {
    if (i > 0) out.text(',');
    out.number(result.firstMs + windows[i]! * result.stepMs);
  }
  out.text('],"series":[');
  const heads = names.map(
    (name) => `${names.length === 1 ? '' : `,"name":${JSON.stringify(name)}`},"values":[`,
  );
  for (let group = 0; group < result.groups.length; group++) {
    const base = group * result.count;
    for (let k = 0; k < heads.length; k++) {
      const column = result.columns[k]!;
      out.text(group + k === 0 ? '{"labels":' : ',{"labels":');
      out.bytes(labelsBytes(result.groups[group]!));
      out.text(heads[k]!);
      for (let i = 0; i < windows.length; i++) {
        if (i > 0) out.text(',');
        out.number(column[base + windows[i]!]!);
      }
      out.text(']}');
    }
  }
  out.text(']}');
}

/** The windows that some group has a row in, ascending. */
function windowsWithRows(request: Asked, result: WindowsResult): number[] {
  const isThere = new Uint8Array(result.count);
  forEachRow(request, result, (_group, window) => {
    isThere[window] = 1;
  });
  const windows: number[] = [];
  for (let window = 0; window < isThere.length; window++) if (isThere[window] === 1) windows.push(window);
  return windows;
}

/** What stands before the series. */
const columnsHead = (result: WindowsResult, windows: readonly number[]) => ({
  data_source: result.dataSource,
  series_selected: result.series,
  groups_total: result.groupsTotal,
  times: windows.map((window) => result.firstMs + window * result.stepMs),
});

/** Times of all windows that have a row, and for each group and column its values; `names` where there are several columns. */
// Four arguments: the same.
export function windowsAsColumns(
  request: Asked,
  result: WindowsResult,
  names: readonly string[],
  look = noLook,
): Columns {
  const windows = windowsWithRows(request, result);
  const series = result.groups.flatMap((labels, group) =>
    result.columns.map((column, k) => {
      look();
      const values = windows.map((window) => finite(column[group * result.count + window]!));
      return { labels, ...(names.length === 1 ? {} : { name: names[k]! }), values };
    }),
  );
  return { ...columnsHead(result, windows), series };
}
