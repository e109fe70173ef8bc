/**
 * Why a point was not taken: the closed list. The number is a reason's place in counters and shared memory and
 * never changes; on the wire a reason is its string. 0 is kept free so that it can mean "not rejected".
 */
export const RejectCode = {
  /** COLUMNS names a ref that no SERIES of this connection bound. */
  unknownRef: 1,
  /** The name isn't a string, is empty or too long, isn't UTF-8, or has a control character. */
  invalidName: 2,
  /** A label's name or value isn't a string of UTF-8, its name is empty, or a name comes twice. */
  invalidLabel: 3,
  /** The value isn't a finite number. */
  invalidValue: 4,
  /** The time isn't a number or RFC 3339 string that names an instant. */
  invalidTime: 5,
  /** Older than the retention of the raw tier. */
  tooOld: 6,
  /** Further in the future than the configured clock skew. */
  tooFarAhead: 7,
  /** The metric has as many series as it may. */
  metricSeriesLimit: 8,
  /** The engine has as many series as it may. */
  totalSeriesLimit: 9,
  /** More labels than a series may have. */
  tooManyLabels: 10,
  /** A label's name or value is longer than it may be. */
  labelTooLong: 11,
} as const;

export type RejectCode = (typeof RejectCode)[keyof typeof RejectCode];

/** What a check answers: a reason, or 0 when there is nothing to say against the point. */
export type RejectCodeOrNone = RejectCode | 0;

/** A reason's string by its number; the string at 0 is never on the wire. */
export const rejectReasons = [
  'none',
  'unknown_ref',
  'invalid_name',
  'invalid_label',
  'invalid_value',
  'invalid_time',
  'too_old',
  'too_far_ahead',
  'metric_series_limit',
  'total_series_limit',
  'too_many_labels',
  'label_too_long',
] as const;

export type RejectReason = Exclude<(typeof rejectReasons)[number], 'none'>;

/** The string of a reason. */
export function rejectReason(code: RejectCode): RejectReason {
  return rejectReasons[code];
}

/** Of two findings the one that is reported: the one that comes first in the list, so that the order of a map's keys never matters. */
export function firstReject(a: RejectCodeOrNone, b: RejectCodeOrNone): RejectCodeOrNone {
  if (a === 0) return b;
  if (b === 0) return a;
  return a < b ? a : b;
}
