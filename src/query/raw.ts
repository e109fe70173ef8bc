import { MillraceError } from '../errors.js';
import { RAW_LIMIT_MAX } from '../http/limits.js';
import { type RawRequest, type RawResult, rawPresenter } from '../http/present/raw.js';
import type { PointScan } from './point-scan.js';
import { defineQuestion } from './question.js';
import { formatCursor, parseCursor, type RawCursor } from './raw-cursor.js';
import { RawRows } from './raw-rows.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/**
 * A page of points in the order of time, then series, then arrival. `cursor` is what `request.cursor`
 * says, parsed.
 */
function rawOf(
  request: RawRequest,
  cursor: RawCursor | undefined,
  selection: Selection,
  scan: PointScan,
  stop: StopCheck,
): RawResult {
  const limit = Math.min(request.limit, RAW_LIMIT_MAX);
  const start = cursor && {
    timeMs: cursor.timeMs,
    ordinal: selection.ordinalsBefore(cursor.group, cursor.number),
    // A cursor of a series that is not selected ends before the next one.
    seen: isSelected(selection, cursor) ? cursor.seen : 0,
  };
  // One more than asked for, to know whether there is a next page.
  const rows = new RawRows(limit + 1, selection.count, start);
  const startMs = Math.max(request.startMs, cursor?.timeMs ?? Number.NEGATIVE_INFINITY);
  scan.scan(selection, { startMs, endMs: request.endMs }, rows, stop);
  rows.finish();
  const count = Math.min(limit, rows.length);
  const nextCursor = rows.length > limit ? cursorBehind(rows, count, cursor, selection) : undefined;
  return {
    ...labelsOfRows(rows, count, selection, request.groupBy ?? [], stop),
    nextCursor,
    ...columnsOf(rows, count),
  };
}

function isSelected(selection: Selection, { group, number }: RawCursor): boolean {
  const ordinal = selection.ordinalsBefore(group, number);
  if (ordinal === selection.count) return false;
  const series = selection.seriesOf(ordinal);
  return series.group === group && series.number === number;
}

const columnsOf = (rows: RawRows, count: number): Pick<RawResult, 'timesMs' | 'values'> => ({
  timesMs: rows.times.subarray(0, count),
  values: rows.values.subarray(0, count),
});

/** The place behind row `count - 1`. */
function cursorBehind(
  rows: RawRows,
  count: number,
  before: RawCursor | undefined,
  selection: Selection,
): string {
  const timeMs = rows.times[count - 1]!;
  const ordinal = rows.ordinals[count - 1]!;
  let seen = 0;
  for (let row = count - 1; row >= 0 && rows.times[row] === timeMs && rows.ordinals[row] === ordinal; row--)
    seen++;
  const series = selection.seriesOf(ordinal);
  const isSame =
    before?.timeMs === timeMs && before.group === series.group && before.number === series.number;
  return formatCursor({ timeMs, ...series, seen: seen + (isSame ? before.seen : 0) });
}

/** The labels of the series, or of the groups, that have rows, and for each row which of them are its own. */
// Five arguments: the rows, whose they are, and who looks.
function labelsOfRows(
  rows: RawRows,
  count: number,
  selection: Selection,
  groupBy: readonly string[],
  stop: StopCheck,
): Pick<RawResult, 'series' | 'seriesIndexes'> {
  const series: RawResult['series'] = [];
  const seriesIndexes = new Uint32Array(count);
  const groups = groupBy.length === 0 ? undefined : selection.groupsBy(groupBy, stop);
  const known = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    const ordinal = rows.ordinals[row]!;
    const owner = groups === undefined ? ordinal : groups.of(ordinal);
    let index = known.get(owner);
    if (index === undefined) {
      index = series.push(groups === undefined ? selection.labelsOf(ordinal) : groups.labels[owner]!) - 1;
      known.set(owner, index);
    }
    seriesIndexes[row] = index;
  }
  return { series, seriesIndexes };
}

function readCursor(text: string | undefined): RawCursor | undefined {
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (cursor !== undefined) return cursor;
  throw new MillraceError(
    'MR_BAD_PARAMETER',
    `cursor must be the next_cursor of an earlier answer, not ${JSON.stringify(text)}.`,
    { fields: { parameter: 'cursor' } },
  );
}

/** GET /query/raw */
export const rawQuestion = defineQuestion(rawPresenter, (tools) => (request, stop) => {
  const selection = tools.select(request.metric, request.selectors);
  return rawOf(request, readCursor(request.cursor), selection, tools.points, stop);
});
