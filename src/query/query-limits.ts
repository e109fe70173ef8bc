import { ANSWER_ROWS_MAX, SCAN_POINTS_MAX, SCAN_SERIES_MAX } from './limits.js';

/** The bounds of one query that a user may change; keys `limits.query…` of the configuration. */
export interface QueryLimits {
  /** Points, or cells of rollups, that it may decode. */
  points: number;
  /** Series that it may select. */
  series: number;
  /** Rows that its answer may have: windows times groups, also those that are left out. */
  rows: number;
}

export const QUERY_LIMITS_DEFAULT: QueryLimits = {
  points: SCAN_POINTS_MAX,
  series: SCAN_SERIES_MAX,
  rows: ANSWER_ROWS_MAX,
};
