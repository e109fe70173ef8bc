import { assert } from '../assert.js';
import { loadWord, storeWord } from '../codec/bits.js';
import { crc32c } from '../codec/crc32c.js';
import {
  readVarint,
  readZigzag,
  VARINT_BYTES_MAX,
  varint,
  writeVarint,
  writeZigzag,
} from '../codec/varint.js';
import { BitSink } from '../histogram/bit-sink.js';
import { BitSource } from '../histogram/bit-source.js';
import { splitBytesMax } from '../histogram/bucket-split.js';
import { CellRowReader } from './cell-row-reader.js';
import { CellRowWriter } from './cell-row-writer.js';
import type { CellRun } from './cell-run.js';
import {
  CELL_RUN_CORRUPT,
  CELL_RUN_MALFORMED,
  CELL_RUN_NEWER_VERSION,
  CELL_RUN_ROWS_MAX,
  CELL_RUN_VERSION,
  CELL_RUN_VERSION_FINE,
  CHECKSUM_BYTES,
  CONTIGUOUS,
  DIGITS_OFFSET,
  FLAGS_ALL,
  FLAGS_OFFSET,
  HEADER_BYTES,
  ROW_BYTES_MAX,
  VERSION_OFFSET,
} from './cell-run-layout.js';
import { FLOAT_DIGITS, LATTICE_DIGITS_MAX, latticeOf } from './value-lattice.js';
import { WindowColumns, windowColumnsBytesMax } from './window-columns.js';

// Scratch of this thread; nothing of it outlives a call.
const sink = new BitSink();
const source = new BitSource();
const windows = new WindowColumns();
const rowWriter = new CellRowWriter();
const rowReader = new CellRowReader();
const headFields = { rows: 0, flags: 0, digits: 0, windowIndex: 0 };

/** Bytes that `encodeCellRunInto` may need for these cells; a loose bound for scratch memory, not an estimate. */
export function cellRunBytesMax(run: CellRun, from: number, count: number): number {
  let bytes = HEADER_BYTES + 2 * VARINT_BYTES_MAX + windowColumnsBytesMax(count) + CHECKSUM_BYTES + 8;
  for (let i = from; i < from + count; i++) {
    bytes += ROW_BYTES_MAX + splitBytesMax(run.bucketEnd[i]! - run.bucketStart(i), run.count[i]!);
  }
  return bytes;
}

/**
 * Writes the cells [from, from + count) of a run whose windows are `windowMs` long, into memory with room for
 * `cellRunBytesMax` bytes; answers the offset after them. 1 to CELL_RUN_ROWS_MAX cells.
 */
export function encodeCellRunInto(
  run: CellRun,
  from: number,
  count: number,
  windowMs: number,
  out: Uint8Array,
  offset: number,
): number {
  assert(count >= 1 && count <= CELL_RUN_ROWS_MAX, 'a run on disk has 1 to CELL_RUN_ROWS_MAX cells');
  assert(from >= 0 && from + count <= run.length, 'cells to encode out of range');
  windows.prepare(run, from, count, windowMs);
  rowWriter.prepare(run, from, count);
  out[offset + VERSION_OFFSET] = CELL_RUN_VERSION;
  out[offset + FLAGS_OFFSET] = windows.flags | rowWriter.flags;
  out[offset + DIGITS_OFFSET] = rowWriter.digits - FLOAT_DIGITS;
  let at = writeVarint(out, offset + HEADER_BYTES, count - 1);
  const windowIndex = run.windowStartMs[from]! / windowMs;
  assert(Number.isSafeInteger(windowIndex), 'a window must begin on a multiple of its length');
  at = writeZigzag(out, at, windowIndex);
  at = windows.write(count, out, at);
  sink.start(out, at);
  rowWriter.write(run, from, count, sink);
  at = sink.finish();
  storeWord(out, at, crc32c(out, offset, at));
  return at + CHECKSUM_BYTES;
}

/**
 * Reads a run that begins at `offset` and appends its cells to `run`, whose last window must be before them. Answers the
 * offset after it, or a negative status (cell-run-layout.ts), and then `run` is as it was. Never reads at or after `end`,
 * and takes any bytes.
 */
export function decodeCellRunInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  windowMs: number,
  run: CellRun,
): number {
  if (end - offset < HEADER_BYTES + CHECKSUM_BYTES) return CELL_RUN_MALFORMED;
  if (!isReadable(bytes[offset + VERSION_OFFSET]!)) return CELL_RUN_NEWER_VERSION;
  const lengthBefore = run.length;
  const at = readRows(bytes, offset, end - CHECKSUM_BYTES, windowMs, run);
  if (at >= 0 && loadWord(bytes, at, end) === (crc32c(bytes, offset, at) | 0)) return at + CHECKSUM_BYTES;
  run.length = lengthBefore;
  return at < 0 ? CELL_RUN_MALFORMED : CELL_RUN_CORRUPT;
}

/**
 * Tells the first window of the run that begins at `offset`, and the last one where its head says so (else Infinity), ms
 * since the epoch. Reads no checksum: whatever is damaged stays for `decodeCellRunInto` to find, so of a head that makes no sense everything
 * is possible.
 */
export function peekCellRunInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  windowMs: number,
  out: { firstMs: number; lastMs: number },
): void {
  out.firstMs = Number.NEGATIVE_INFINITY;
  out.lastMs = Number.POSITIVE_INFINITY;
  if (end - offset < HEADER_BYTES + CHECKSUM_BYTES || !isReadable(bytes[offset + VERSION_OFFSET]!)) return;
  let at = readVarint(bytes, offset + HEADER_BYTES, end);
  const rows = varint.value + 1;
  if (at < 0) return;
  at = readZigzag(bytes, at, end);
  if (at < 0) return;
  out.firstMs = varint.value * windowMs;
  if ((bytes[offset + FLAGS_OFFSET]! & CONTIGUOUS) !== 0) out.lastMs = out.firstMs + (rows - 1) * windowMs;
}

/** How much a run of cells tells of, and from when to when. */
export interface RunExtent {
  /** Cells. */
  rows: number;
  /** Times of the first and the last point, ms since the epoch. */
  firstMs: number;
  lastMs: number;
}

/**
 * Tells of the run in `bytes[offset..end)` how many cells there are and the times of their first and last point: checks the checksum and reads
 * the columns of windows, and none of the rows, so it takes some ns a cell where decoding takes some hundred. Answers `end`, or a negative
 * status, and then `out` is as it was.
 */
export function measureCellRunInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  windowMs: number,
  out: RunExtent,
): number {
  if (end - offset < HEADER_BYTES + CHECKSUM_BYTES) return CELL_RUN_MALFORMED;
  if (!isReadable(bytes[offset + VERSION_OFFSET]!)) return CELL_RUN_NEWER_VERSION;
  const rowsEnd = end - CHECKSUM_BYTES;
  if (loadWord(bytes, rowsEnd, end) !== (crc32c(bytes, offset, rowsEnd) | 0)) return CELL_RUN_CORRUPT;
  const head = readHead(bytes, offset, rowsEnd);
  if (head < 0) return CELL_RUN_MALFORMED;
  let lastIndex = headFields.windowIndex;
  for (let row = 1; row < headFields.rows; row++) lastIndex += 1 + windows.skipped[row - 1]!;
  const lastRow = headFields.rows - 1;
  const firstMs = windows.firstTimeMs(0, headFields.windowIndex * windowMs);
  const lastMs = windows.lastTimeMs(lastRow, windows.firstTimeMs(lastRow, lastIndex * windowMs));
  if (!(lastMs >= firstMs)) return CELL_RUN_MALFORMED;
  out.rows = headFields.rows;
  out.firstMs = firstMs;
  out.lastMs = lastMs;
  return end;
}

function isReadable(version: number): boolean {
  return version === CELL_RUN_VERSION || version === CELL_RUN_VERSION_FINE;
}

/** All but the checksum: answers the offset after the rows, or a negative number. */
function readRows(bytes: Uint8Array, offset: number, end: number, windowMs: number, run: CellRun): number {
  const at = readHead(bytes, offset, end);
  if (at < 0) return -1;
  const { rows, flags, digits } = headFields;
  let { windowIndex } = headFields;
  const isFine = bytes[offset + VERSION_OFFSET] === CELL_RUN_VERSION_FINE;
  source.start(bytes, at, end);
  if (!rowReader.tryStart(latticeOf(digits, isFine), isFine, flags, source)) return -1;
  for (let row = 0; row < rows; row++) {
    if (row > 0) windowIndex += 1 + windows.skipped[row - 1]!;
    if (!tryAppendRow(row, windowIndex * windowMs, windowMs, run)) return -1;
  }
  return source.offset;
}

/**
 * What stands before the rows, into `headFields` and `windows`: answers the offset after it, or a negative number.
 */
function readHead(bytes: Uint8Array, offset: number, end: number): number {
  const flags = bytes[offset + FLAGS_OFFSET]!;
  const digits = bytes[offset + DIGITS_OFFSET]! + FLOAT_DIGITS;
  if (flags > FLAGS_ALL || digits > LATTICE_DIGITS_MAX) return -1;
  let at = readVarint(bytes, offset + HEADER_BYTES, end);
  const rows = varint.value + 1;
  if (at < 0 || rows > CELL_RUN_ROWS_MAX) return -1;
  at = readZigzag(bytes, at, end);
  if (at < 0) return -1;
  headFields.rows = rows;
  headFields.flags = flags;
  headFields.digits = digits;
  headFields.windowIndex = varint.value;
  return windows.read(rows, flags, bytes, at, end);
}

function tryAppendRow(row: number, windowStartMs: number, windowMs: number, run: CellRun): boolean {
  const before = run.length === 0 ? Number.NEGATIVE_INFINITY : run.windowStartMs[run.length - 1]!;
  if (!(windowStartMs > before) || !Number.isSafeInteger(windowStartMs)) return false;
  if (!rowReader.tryRow(windows.counts[row]!, source)) return false;
  const scalars = rowReader.scalars;
  scalars.firstTimeMs = windows.firstTimeMs(row, windowStartMs);
  scalars.lastTimeMs = windows.lastTimeMs(row, scalars.firstTimeMs);
  const inWindow =
    scalars.firstTimeMs >= windowStartMs &&
    scalars.lastTimeMs >= scalars.firstTimeMs &&
    scalars.lastTimeMs < windowStartMs + windowMs;
  if (!inWindow) return false;
  run.appendParts(windowStartMs, scalars, rowReader.indexes, rowReader.counts, 0, rowReader.length);
  return true;
}
