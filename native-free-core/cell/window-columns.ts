import { columnBytesMax, decodeColumnInto, encodeColumnInto } from '../codec/column-codec.js';
import { readVarint, VARINT_BYTES_MAX, varint, writeVarint } from '../codec/varint.js';
import { SPLIT_COUNT_MAX } from '../histogram/bucket-split.js';
import type { CellRun } from './cell-run.js';
import {
  ABSOLUTE_TIMES,
  CELL_RUN_ROWS_MAX,
  CONTIGUOUS,
  SAME_COUNT,
  SAME_FIRST_TIME,
  SAME_LAST_TIME,
} from './cell-run-layout.js';

/**
 * The columns of a run that are mostly one number: which windows, how many points, and when in the window the first
 * and the last one came. As many rows as were last prepared or read; scratch of one thread.
 */
export class WindowColumns {
  /** Windows skipped before row i + 1. */
  skipped = new Float64Array(0);
  counts = new Float64Array(0);
  /** Relative to the window and to the first time, or absolute if the flags say so. */
  firstTimes = new Float64Array(0);
  lastTimes = new Float64Array(0);
  flags = 0;

  reserve(rows: number): void {
    if (rows <= this.counts.length) return;
    const capacity = Math.max(rows, this.counts.length * 2, 64);
    this.skipped = new Float64Array(capacity);
    this.counts = new Float64Array(capacity);
    this.firstTimes = new Float64Array(capacity);
    this.lastTimes = new Float64Array(capacity);
  }

  /** Fills the columns from the cells [from, from + rows) and decides the flags. */
  prepare(run: CellRun, from: number, rows: number, windowMs: number): void {
    this.reserve(rows);
    let exact = true;
    let contiguous = true;
    for (let row = 0; row < rows; row++) {
      const at = from + row;
      const start = run.windowStartMs[at]!;
      const first = run.firstTimeMs[at]!;
      const last = run.lastTimeMs[at]!;
      if (row > 0) {
        const skipped = (start - run.windowStartMs[at - 1]!) / windowMs - 1;
        this.skipped[row - 1] = skipped;
        contiguous &&= skipped === 0;
      }
      this.counts[row] = run.count[at]!;
      this.firstTimes[row] = first - start;
      this.lastTimes[row] = last - first;
      exact &&= start + (first - start) === first && first + (last - first) === last;
    }
    this.flags = contiguous ? CONTIGUOUS : 0;
    if (!exact) {
      this.flags |= ABSOLUTE_TIMES;
      for (let row = 0; row < rows; row++) {
        this.firstTimes[row] = run.firstTimeMs[from + row]!;
        this.lastTimes[row] = run.lastTimeMs[from + row]!;
      }
    }
    if (isOneInteger(this.counts, rows)) this.flags |= SAME_COUNT;
    if (isOneInteger(this.firstTimes, rows)) this.flags |= SAME_FIRST_TIME;
    if (isOneInteger(this.lastTimes, rows)) this.flags |= SAME_LAST_TIME;
  }

  write(rows: number, out: Uint8Array, offset: number): number {
    if ((this.flags & CONTIGUOUS) === 0) offset = encodeColumnInto(this.skipped, 0, rows - 1, out, offset);
    offset = writeColumn(this.counts, rows, this.flags & SAME_COUNT, out, offset);
    offset = writeColumn(this.firstTimes, rows, this.flags & SAME_FIRST_TIME, out, offset);
    return writeColumn(this.lastTimes, rows, this.flags & SAME_LAST_TIME, out, offset);
  }

  /** Reads the columns as `flags` says; answers the offset after them, or a negative number if they are none. */
  read(rows: number, flags: number, bytes: Uint8Array, offset: number, end: number): number {
    this.reserve(rows);
    this.flags = flags;
    if ((flags & CONTIGUOUS) !== 0) this.skipped.fill(0, 0, rows - 1);
    else offset = decodeColumnInto(bytes, offset, end, rows - 1, this.skipped, 0);
    offset = readColumn(this.counts, rows, flags & SAME_COUNT, bytes, offset, end);
    offset = readColumn(this.firstTimes, rows, flags & SAME_FIRST_TIME, bytes, offset, end);
    offset = readColumn(this.lastTimes, rows, flags & SAME_LAST_TIME, bytes, offset, end);
    if (offset < 0) return offset;
    for (let row = 0; row < rows; row++) {
      const count = this.counts[row]!;
      if (!(Number.isInteger(count) && count >= 1 && count <= SPLIT_COUNT_MAX)) return -1;
      if (row > 0 && !(this.skipped[row - 1]! >= 0 && Number.isSafeInteger(this.skipped[row - 1]))) return -1;
    }
    return offset;
  }

  firstTimeMs(row: number, windowStartMs: number): number {
    const time = this.firstTimes[row]!;
    return (this.flags & ABSOLUTE_TIMES) === 0 ? windowStartMs + time : time;
  }

  lastTimeMs(row: number, firstTimeMs: number): number {
    const time = this.lastTimes[row]!;
    return (this.flags & ABSOLUTE_TIMES) === 0 ? firstTimeMs + time : time;
  }
}

/** Bytes that `write` may need. */
export function windowColumnsBytesMax(rows: number): number {
  return 4 * Math.max(columnBytesMax(Math.min(rows, CELL_RUN_ROWS_MAX)), VARINT_BYTES_MAX);
}

function isOneInteger(column: Float64Array, rows: number): boolean {
  const value = column[0]!;
  if (!(value >= 0 && Number.isSafeInteger(value))) return false;
  for (let row = 1; row < rows; row++) if (column[row] !== value) return false;
  return true;
}

function writeColumn(
  column: Float64Array,
  rows: number,
  same: number,
  out: Uint8Array,
  offset: number,
): number {
  return same !== 0 ? writeVarint(out, offset, column[0]!) : encodeColumnInto(column, 0, rows, out, offset);
}

// Six primitives: an object for each of three columns of each run would be garbage.
function readColumn(
  column: Float64Array,
  rows: number,
  same: number,
  bytes: Uint8Array,
  offset: number,
  end: number,
): number {
  if (offset < 0) return offset;
  if (same === 0) return decodeColumnInto(bytes, offset, end, rows, column, 0);
  const next = readVarint(bytes, offset, end);
  if (next >= 0) column.fill(varint.value, 0, rows);
  return next;
}
