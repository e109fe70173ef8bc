import type { Labels } from '../../http/ports.js';
import type { ImportColumns } from './import-columns.js';
import type { LineReport } from './line-report.js';

/** What a reader of a file works on. */
export interface ReaderContext {
  readonly columns: ImportColumns;
  readonly report: LineReport;
  /** The number of a series, or -1 - the reject code. */
  series(name: string, labels: Labels | undefined): number;
  /** The time of points that have none, ms since the epoch. */
  readonly nowMs: number;
  /** Lines before this one are passed over. */
  readonly fromLine: number;
}

/** Reads records of a file, one behind the other, into the columns of its context. */
export interface PointReader {
  /** The number, from 1, of the line where the next record begins. */
  readonly line: number;
  /**
   * Reads records from `start` on until the columns are full or no whole record is left.
   * @param isLast nothing comes behind these bytes: the last record may lack its newline
   * @returns the position behind the last record that was read
   */
  read(bytes: Uint8Array, start: number, isLast: boolean): number;
}
