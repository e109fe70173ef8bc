import { assert } from '../assert.js';
import { loadWord, storeWord } from '../codec/bits.js';
import {
  COLUMN_MALFORMED,
  columnBytesMax,
  decodeColumnInto,
  encodeColumnInto,
} from '../codec/column-codec.js';
import { crc32c } from '../codec/crc32c.js';
import { COLUMN_VALUES_MAX } from '../codec/limits.js';
import { readVarint, VARINT_BYTES_MAX, varint, writeVarint } from '../codec/varint.js';
import {
  BATCH_ABSOLUTE_TIMES,
  BATCH_BYTES_MIN,
  BATCH_CHECKSUM_BYTES,
  BATCH_CONTIGUOUS,
  BATCH_FLAGS_ALL,
  BATCH_FLAGS_OFFSET,
  BATCH_HEAD_BYTES,
  BATCH_SAME_COUNT,
  BATCH_VERSION,
  BATCH_VERSION_OFFSET,
} from './batch-layout.js';
import type { PointBatch } from './point-batch.js';

/** What the readers of runs of points say of one. */
export type PointRunStatus = 'ok' | 'damaged' | 'newer';

// Scratch of this thread; nothing of it outlives a call.
let bySeries = new Float64Array(64);
let byPoint = new Float64Array(512);

function reserveScratch(series: number, points: number): void {
  if (series > bySeries.length) bySeries = new Float64Array(Math.max(series, bySeries.length * 2));
  if (points > byPoint.length) byPoint = new Float64Array(Math.max(points, byPoint.length * 2));
}

/** Bytes that `encodeBatchInto` may need. */
export function batchBytesMax(series: number, points: number): number {
  const columns = 3 * columnBytesMax(series) + 2 * columnBytesMax(points);
  return BATCH_HEAD_BYTES + 3 * VARINT_BYTES_MAX + columns + BATCH_CHECKSUM_BYTES;
}

/** Writes a batch of at least one series where `batchBytesMax` bytes are free; answers the offset after it. */
export function encodeBatchInto(batch: PointBatch, out: Uint8Array, offset: number): number {
  const { series, points, numbers, values } = batch;
  assert(series > 0 && points <= COLUMN_VALUES_MAX, 'a batch has 1 to COLUMN_VALUES_MAX points');
  assert(offset + batchBytesMax(series, points) <= out.length, 'the output must have room for the batch');
  reserveScratch(series, points);
  const span = numbers[series - 1]! - numbers[0]!;
  const flags =
    (span === series - 1 ? BATCH_CONTIGUOUS : 0) |
    (hasOneCount(batch) ? BATCH_SAME_COUNT : 0) |
    (areStepsExact(batch) ? 0 : BATCH_ABSOLUTE_TIMES);
  out[offset + BATCH_VERSION_OFFSET] = BATCH_VERSION;
  out[offset + BATCH_FLAGS_OFFSET] = flags;
  let p = writeVarint(out, offset + BATCH_HEAD_BYTES, series - 1);
  p = writeVarint(out, p, points - 1);
  p = writeVarint(out, p, span);
  if ((flags & BATCH_CONTIGUOUS) === 0) {
    for (let i = 1; i < series; i++) bySeries[i - 1] = numbers[i]! - numbers[i - 1]! - 1;
    p = encodeColumnInto(bySeries, 0, series - 1, out, p);
  }
  if ((flags & BATCH_SAME_COUNT) === 0) {
    for (let i = 0; i < series; i++) bySeries[i] = batch.ends[i]! - batch.start(i);
    p = encodeColumnInto(bySeries, 0, series, out, p);
  }
  p = encodeTimes(batch, flags, out, p);
  p = encodeColumnInto(values, 0, points, out, p);
  storeWord(out, p, crc32c(out, offset, p));
  return p + BATCH_CHECKSUM_BYTES;
}

function hasOneCount({ series, ends }: PointBatch): boolean {
  const count = ends[0]!;
  for (let i = 1; i < series; i++) if (ends[i]! !== count * (i + 1)) return false;
  return true;
}

/** Whether the times come back from the steps between them, to the bit. */
function areStepsExact(batch: PointBatch): boolean {
  const { series, ends, times } = batch;
  for (let i = 0, at = 0; i < series; i++) {
    const end = ends[i]!;
    let before = times[at++]!;
    for (; at < end; at++) {
      const time = times[at]!;
      if (before + (time - before) !== time) return false;
      before = time;
    }
  }
  return true;
}

function encodeTimes(batch: PointBatch, flags: number, out: Uint8Array, offset: number): number {
  const { series, ends, times, points } = batch;
  if ((flags & BATCH_ABSOLUTE_TIMES) !== 0) return encodeColumnInto(times, 0, points, out, offset);
  let steps = 0;
  for (let i = 0, at = 0; i < series; i++) {
    const end = ends[i]!;
    bySeries[i] = times[at++]!;
    for (; at < end; at++) byPoint[steps++] = times[at]! - times[at - 1]!;
  }
  const p = encodeColumnInto(bySeries, 0, series, out, offset);
  return encodeColumnInto(byPoint, 0, steps, out, p);
}

/**
 * Reads the batch that is exactly bytes [offset, end) and whose first series has that number. Replaces `batch`, which
 * means nothing when the answer is not 'ok'. Takes any bytes.
 */
export function decodeBatchInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  firstNumber: number,
  batch: PointBatch,
): PointRunStatus {
  batch.reset();
  const stop = end - BATCH_CHECKSUM_BYTES;
  if (end - offset < BATCH_BYTES_MIN) return 'damaged';
  if (crc32c(bytes, offset, stop) !== loadWord(bytes, stop, end) >>> 0) return 'damaged';
  if (bytes[offset + BATCH_VERSION_OFFSET]! > BATCH_VERSION) return 'newer';
  return decodeColumns(bytes, offset, stop, firstNumber, batch) === stop ? 'ok' : 'damaged';
}

/** All but the version and the checksum: answers the offset after the values, or a negative number. */
function decodeColumns(
  bytes: Uint8Array,
  offset: number,
  stop: number,
  firstNumber: number,
  batch: PointBatch,
): number {
  const flags = bytes[offset + BATCH_FLAGS_OFFSET]!;
  let p = readVarint(bytes, offset + BATCH_HEAD_BYTES, stop);
  if (p < 0 || flags > BATCH_FLAGS_ALL) return -1;
  const series = varint.value + 1;
  p = readVarint(bytes, p, stop);
  const points = varint.value + 1;
  if (p < 0 || series > points || points > COLUMN_VALUES_MAX) return -1;
  p = readVarint(bytes, p, stop);
  if (p < 0) return -1;
  const span = varint.value;
  batch.reserve(series, points);
  reserveScratch(series, points);
  p = decodeNumbers(bytes, p, stop, flags, series, firstNumber, batch);
  if (p < 0 || batch.numbers[series - 1] !== firstNumber + span) return -1;
  p = decodeCounts(bytes, p, stop, flags, series, points, batch);
  if (p < 0 || batch.ends[series - 1] !== points) return -1;
  batch.series = series;
  p = decodeTimes(bytes, p, stop, flags, batch);
  return p < 0 ? p : decodeColumnInto(bytes, p, stop, points, batch.values, 0);
}

// Primitives and the batch: an object a column would be garbage.
function decodeNumbers(
  bytes: Uint8Array,
  offset: number,
  stop: number,
  flags: number,
  series: number,
  firstNumber: number,
  batch: PointBatch,
): number {
  const { numbers } = batch;
  const isContiguous = (flags & BATCH_CONTIGUOUS) !== 0;
  const p = isContiguous ? offset : decodeColumnInto(bytes, offset, stop, series - 1, bySeries, 0);
  numbers[0] = firstNumber;
  for (let i = 1; i < series; i++) {
    const skipped = isContiguous ? 0 : bySeries[i - 1]!;
    if (!(Number.isInteger(skipped) && skipped >= 0)) return COLUMN_MALFORMED;
    numbers[i] = numbers[i - 1]! + 1 + skipped;
  }
  return p;
}

function decodeCounts(
  bytes: Uint8Array,
  offset: number,
  stop: number,
  flags: number,
  series: number,
  points: number,
  batch: PointBatch,
): number {
  const { ends } = batch;
  if ((flags & BATCH_SAME_COUNT) !== 0) {
    const count = points / series;
    if (!Number.isInteger(count)) return COLUMN_MALFORMED;
    for (let i = 0; i < series; i++) ends[i] = count * (i + 1);
    return offset;
  }
  const p = decodeColumnInto(bytes, offset, stop, series, bySeries, 0);
  for (let i = 0, end = 0; i < series; i++) {
    const count = bySeries[i]!;
    if (!(Number.isInteger(count) && count > 0 && end + count <= points)) return COLUMN_MALFORMED;
    end += count;
    ends[i] = end;
  }
  return p;
}

function decodeTimes(
  bytes: Uint8Array,
  offset: number,
  stop: number,
  flags: number,
  batch: PointBatch,
): number {
  const { series, points, times, ends } = batch;
  if ((flags & BATCH_ABSOLUTE_TIMES) !== 0) return decodeColumnInto(bytes, offset, stop, points, times, 0);
  let p = decodeColumnInto(bytes, offset, stop, series, bySeries, 0);
  if (p < 0) return p;
  p = decodeColumnInto(bytes, p, stop, points - series, byPoint, 0);
  for (let i = 0, at = 0, step = 0; i < series; i++) {
    const end = ends[i]!;
    let time = bySeries[i]!;
    times[at++] = time;
    while (at < end) times[at++] = time += byPoint[step++]!;
  }
  return p;
}
