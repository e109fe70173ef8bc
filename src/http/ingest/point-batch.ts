import { parseRfc3339Ms, RejectCode } from '../../../protocol/index.js';
import { withinCalendar } from '../../time/civil.js';
import { formatTime } from '../../time/format-time.js';
import { epochToMs } from '../../time/parse-time.js';
import type { Labels, RowSink } from '../ports.js';
import type { IngestReport } from './ingest-report.js';

/**
 * Points that came as objects, from JSON.parse or MessagePack: anything may stand where a point should.
 * A refusal is a number and a line in the report, never an exception.
 */

/** What came, for a message: short, and safe to print whatever it is. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `${typeof value} ${String(value)}`;
}

/**
 * The last step of both ways in: hands a resolved point over and notes what became of it.
 * @param series a handle, or -1 - reason, as `seriesOf` gives it
 * @param value finite
 */
export function acceptPoint(
  sink: RowSink,
  report: IngestReport,
  index: number,
  series: number,
  value: number,
  timeMs: number | undefined,
): void {
  if (series < 0) {
    const reason = -1 - series;
    refusePoint(sink, report, index, reason, timeText(reason, timeMs));
    return;
  }
  const reason = sink.addResolved(series, value, timeMs);
  if (reason === 0) report.accept(series, timeMs);
  else report.refuse(index, reason, timeText(reason, timeMs));
}

/** What came, where it was the time that was refused. */
const timeText = (reason: number, timeMs: number | undefined): string | undefined =>
  timeMs !== undefined && (reason === RejectCode.tooOld || reason === RejectCode.tooFarAhead)
    ? formatTime(timeMs)
    : undefined;

/** The series of a point as RowSink.resolve gives it; a point whose time nobody takes makes none. */
// Four arguments: what a point has but its value, and where to.
export function seriesOf(
  sink: RowSink,
  name: string,
  labels: Labels | undefined,
  timeMs: number | undefined,
): number {
  const reason = timeMs === undefined ? 0 : sink.timeReason(timeMs);
  return reason === 0 ? sink.resolve(name, labels) : -1 - reason;
}

function refusePoint(
  sink: RowSink,
  report: IngestReport,
  index: number,
  reason: number,
  came?: string,
): void {
  sink.reject(reason);
  report.refuse(index, reason, came);
}

/** The time of a point: undefined where none came, NaN where what came is no time. */
export function pointTime(timestamp: unknown): number | undefined {
  if (timestamp === undefined || timestamp === null) return undefined;
  if (typeof timestamp === 'number') return epochToMs(timestamp);
  if (typeof timestamp === 'string') return withinCalendar(parseRfc3339Ms(timestamp));
  // MessagePack has a timestamp type of its own, which its decoder gives as a Date.
  if (timestamp instanceof Date) return withinCalendar(timestamp.getTime());
  return Number.NaN;
}

/** JSON can escape one half of a surrogate pair, which no UTF-8 can hold. With the flag u whole pairs don't match. */
const HALF_PAIR = /\p{Surrogate}/u;
const HALF_PAIR_TEXT = 'a text with half a surrogate pair';

/** The first label that makes the object no labels, in words; undefined where there is none. */
function badLabel(labels: unknown): string | undefined {
  if (typeof labels !== 'object' || Array.isArray(labels)) return describe(labels);
  for (const [name, value] of Object.entries(labels as object)) {
    if (typeof value !== 'string')
      return `${describe(value)} for the label ${JSON.stringify(name.slice(0, 60))}`;
    if (HALF_PAIR.test(name) || HALF_PAIR.test(value)) return HALF_PAIR_TEXT;
  }
  return undefined;
}

interface Fault {
  reason: RejectCode;
  came: string;
}

/** Hands over a point of unknown shape: `{name or metric_name, value, timestamp?, labels? or tags?}`; other keys are ignored. */
export function addPoint(sink: RowSink, report: IngestReport, index: number, point: unknown): void {
  const fault = tryAddPoint(sink, report, index, point);
  if (fault !== undefined) refusePoint(sink, report, index, fault.reason, fault.came);
}

/** Answers what makes it no point, so that nothing was handed over. */
function tryAddPoint(sink: RowSink, report: IngestReport, index: number, point: unknown): Fault | undefined {
  if (typeof point !== 'object' || point === null || Array.isArray(point)) {
    return { reason: RejectCode.invalidName, came: `${describe(point)} in place of a point` };
  }
  const members = point as Readonly<Record<string, unknown>>;
  const name = members['name'] ?? members['metric_name'];
  if (typeof name !== 'string') return { reason: RejectCode.invalidName, came: describe(name) };
  if (HALF_PAIR.test(name)) return { reason: RejectCode.invalidName, came: HALF_PAIR_TEXT };
  const labels = members['labels'] ?? members['tags'] ?? undefined;
  const bad = labels === undefined ? undefined : badLabel(labels);
  if (bad !== undefined) return { reason: RejectCode.invalidLabel, came: bad };
  const value = members['value'];
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return { reason: RejectCode.invalidValue, came: describe(value) };
  }
  const timeMs = pointTime(members['timestamp']);
  if (Number.isNaN(timeMs)) {
    return { reason: RejectCode.invalidTime, came: describe(members['timestamp']) };
  }
  const series = seriesOf(sink, name, labels as Labels | undefined, timeMs);
  acceptPoint(sink, report, index, series, value, timeMs);
  return undefined;
}
