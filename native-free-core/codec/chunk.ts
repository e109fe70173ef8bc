import { assert } from '../assert.js';
import { loadWord, storeWord } from './bits.js';
import {
  CHECKSUM_BYTES,
  CHUNK_BYTES_MIN,
  CHUNK_HEAD_AND_TAIL_BYTES_MAX,
  CHUNK_VERSION,
  COUNT_OFFSET,
  VERSION_OFFSET,
} from './chunk-layout.js';
import { columnBytesMax, decodeColumnInto, encodeColumnInto } from './column-codec.js';
import { crc32c } from './crc32c.js';
import { COLUMN_VALUES_MAX } from './limits.js';
import { readVarint, varint, writeVarint } from './varint.js';

/** What the readers answer instead of a count. All are negative. */
export const CHUNK_CORRUPT = -1;
export const CHUNK_NEWER_VERSION = -2;
export const CHUNK_MALFORMED = -3;
export const CHUNK_NO_ROOM = -4;

/** Built once, not at every call. */
const COUNT_TEXT = `a chunk holds 1 to ${COLUMN_VALUES_MAX} points`;

/** Bytes that `encodeChunkInto` needs at most for `count` points. */
export function chunkBytesMax(count: number): number {
  return CHUNK_HEAD_AND_TAIL_BYTES_MAX + 2 * columnBytesMax(count);
}

/**
 * Encodes the points [start, start + count) of two columns, times (ms since the epoch) and values, into out at `offset`,
 * where `chunkBytesMax(count)` bytes are free; answers the offset after the chunk. `count`: 1..65,536. The order is kept
 * as it is; times that ascend are stored shortest.
 */
export function encodeChunkInto(
  times: Float64Array,
  values: Float64Array,
  start: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  assert(count >= 1 && count <= COLUMN_VALUES_MAX, COUNT_TEXT);
  assert(offset + chunkBytesMax(count) <= out.length, 'the output must have room for the longest chunk');
  out[offset + VERSION_OFFSET] = CHUNK_VERSION;
  let p = writeVarint(out, offset + COUNT_OFFSET, count - 1);
  p = encodeColumnInto(times, start, count, out, p);
  p = encodeColumnInto(values, start, count, out, p);
  storeWord(out, p, crc32c(out, offset, p));
  return p + CHECKSUM_BYTES;
}

/**
 * Decodes the chunk that is exactly bytes [offset, end) into times and values at `outStart`. Answers the number of points,
 * or CHUNK_CORRUPT (the checksum differs, or there are too few bytes to have one), CHUNK_NEWER_VERSION, CHUNK_MALFORMED
 * (the checksum holds, the content doesn't: a fault of the writer), CHUNK_NO_ROOM (the output ends too early; see
 * `peekChunkCount`). After a negative answer the output may be overwritten in part.
 */
export function decodeChunkInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  times: Float64Array,
  values: Float64Array,
  outStart: number,
): number {
  assert(offset >= 0 && end <= bytes.length, 'the chunk must lie inside the bytes');
  if (!isChunkWhole(bytes, offset, end)) return CHUNK_CORRUPT;
  const stop = end - CHECKSUM_BYTES;
  const count = peekChunkCount(bytes, offset, end);
  if (count < 0) return count;
  if (outStart + count > times.length || outStart + count > values.length) return CHUNK_NO_ROOM;
  let p = readVarint(bytes, offset + COUNT_OFFSET, stop);
  p = decodeColumnInto(bytes, p, stop, count, times, outStart);
  if (p < 0) return CHUNK_MALFORMED;
  p = decodeColumnInto(bytes, p, stop, count, values, outStart);
  return p === stop ? count : CHUNK_MALFORMED;
}

/** Whether the checksum of the chunk at bytes [offset, end) fits. */
export function isChunkWhole(bytes: Uint8Array, offset: number, end: number): boolean {
  const stop = end - CHECKSUM_BYTES;
  if (end - offset < CHUNK_BYTES_MIN) return false;
  return crc32c(bytes, offset, stop) === loadWord(bytes, stop, end) >>> 0;
}

/**
 * How many points the chunk at bytes [offset, end) says it holds, 1..65,536, or CHUNK_NEWER_VERSION or CHUNK_MALFORMED.
 * Reads a few bytes and no checksum: good for sizing the output.
 */
export function peekChunkCount(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < CHUNK_BYTES_MIN) return CHUNK_MALFORMED;
  const version = bytes[offset + VERSION_OFFSET]!;
  if (version > CHUNK_VERSION) return CHUNK_NEWER_VERSION;
  if (version !== CHUNK_VERSION) return CHUNK_MALFORMED;
  const p = readVarint(bytes, offset + COUNT_OFFSET, end - CHECKSUM_BYTES);
  return p < 0 || varint.value >= COLUMN_VALUES_MAX ? CHUNK_MALFORMED : varint.value + 1;
}
