import { CHUNK_MALFORMED, CHUNK_NEWER_VERSION, decodeChunkInto, peekChunkCount } from '../codec/chunk.js';
import { CHUNK_POINTS_MAX } from '../limits.js';
import type { CellRun } from './cell-run.js';
import { decodeCellRunInto, measureCellRunInto, peekCellRunInto, type RunExtent } from './cell-run-codec.js';
import { CELL_RUN_NEWER_VERSION } from './cell-run-layout.js';
import { windowStartOf } from './window-start.js';

/**
 * How the cells of a series lie in a segment of the finest tier: one byte of form, then
 *
 *   form CELLS   a run of cells (cell-run-codec.ts)
 *   form POINTS  a chunk (codec/chunk.ts) of the points that the cells are made of
 *
 * With few points a cell the points take less room than what is made of them: TSBS has 6 a minute, 2.2 bytes as points
 * and 2.8 as a cell, and its chunk is encoded for the raw tier anyhow (a copy instead of ~190 ns a point, bench
 * micro/native-free-core/cell). Cells read from points are exactly the ones that were to be written.
 */
export const ROLLUP_CELLS = 0;
export const ROLLUP_POINTS = 1;

/** Mean points a window up to which a run is kept as points. */
export const POINTS_PER_CELL_MAX = 8;

/** Chooses the form for points in [firstMs, lastMs]: windows without points count, so it errs towards cells of gaps. */
export function rollupForm(count: number, firstMs: number, lastMs: number, windowMs: number): number {
  const windows = Math.floor(lastMs / windowMs) - Math.floor(firstMs / windowMs) + 1;
  return count <= CHUNK_POINTS_MAX && count <= windows * POINTS_PER_CELL_MAX ? ROLLUP_POINTS : ROLLUP_CELLS;
}

const times = new Float64Array(CHUNK_POINTS_MAX);
const values = new Float64Array(CHUNK_POINTS_MAX);

/**
 * Reads the run in `bytes[offset..end)` and appends its cells to `run`, whose last window must lie before them. Answers
 * how it went: 'ok', 'damaged' or 'newer'; but for 'ok' the run is as it was.
 */
export function readRollupRun(
  bytes: Uint8Array,
  offset: number,
  end: number,
  windowMs: number,
  run: CellRun,
): 'ok' | 'damaged' | 'newer' {
  if (bytes[offset] === ROLLUP_CELLS) {
    return statusOf(decodeCellRunInto(bytes, offset + 1, end, windowMs, run), end);
  }
  const count = readPoints(bytes, offset, end);
  if (count < 0) return count === CHUNK_NEWER_VERSION ? 'newer' : 'damaged';
  run.accumulate(times, values, 0, count, windowMs);
  return 'ok';
}

/**
 * Tells of the run in `bytes[offset..end)` how many cells `readRollupRun` would append, and the times of their first and last
 * point, with its answers but without making them. Whether a checksum fits is looked at, rows of cells are not.
 */
export function measureRollupRun(
  bytes: Uint8Array,
  offset: number,
  end: number,
  windowMs: number,
  out: RunExtent,
): 'ok' | 'damaged' | 'newer' {
  if (bytes[offset] === ROLLUP_CELLS) {
    return statusOf(measureCellRunInto(bytes, offset + 1, end, windowMs, out), end);
  }
  const count = readPoints(bytes, offset, end);
  if (count < 0) return count === CHUNK_NEWER_VERSION ? 'newer' : 'damaged';
  out.rows = 0;
  out.firstMs = times[0]!;
  out.lastMs = times[count - 1]!;
  for (let i = 0, windowEndMs = Number.NEGATIVE_INFINITY; i < count; i++) {
    if (times[i]! < windowEndMs) continue;
    windowEndMs = windowStartOf(times[i]!, windowMs) + windowMs;
    out.rows++;
  }
  return 'ok';
}

function statusOf(at: number, end: number): 'ok' | 'damaged' | 'newer' {
  if (at === end) return 'ok';
  return at === CELL_RUN_NEWER_VERSION ? 'newer' : 'damaged';
}

/** The points of a run of points, into the scratch: how many, or a negative status of the chunk. */
function readPoints(bytes: Uint8Array, offset: number, end: number): number {
  const isKnown =
    bytes[offset] === ROLLUP_POINTS && peekChunkCount(bytes, offset + 1, end) <= CHUNK_POINTS_MAX;
  return isKnown ? decodeChunkInto(bytes, offset + 1, end, times, values, 0) : CHUNK_MALFORMED;
}

/** The first and the last window that a run may have cells of, ms since the epoch. */
export interface RunWindows {
  firstMs: number;
  lastMs: number;
}

/**
 * Tells without decoding which windows the run in `bytes[offset..end)` may have cells of, as far as its head says; of
 * points it says nothing, so they may lie anywhere. Reads no checksum.
 */
export function peekRollupRunInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  windowMs: number,
  out: RunWindows,
): void {
  out.firstMs = Number.NEGATIVE_INFINITY;
  out.lastMs = Number.POSITIVE_INFINITY;
  if (bytes[offset] === ROLLUP_CELLS) peekCellRunInto(bytes, offset + 1, end, windowMs, out);
}
