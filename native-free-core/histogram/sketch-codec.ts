import { assert } from '../assert.js';
import {
  readVarint,
  readZigzag,
  VARINT_BYTES_MAX,
  varint,
  writeVarint,
  writeZigzag,
} from '../codec/varint.js';
import { BitSink } from './bit-sink.js';
import { BitSource } from './bit-source.js';
import { BUCKET_ORDINAL_MAX, bucketOfOrdinal, bucketOrdinal } from './bucket.js';
import { BucketSplit, PLACE_RANGE_MAX, SPLIT_COUNT_MAX, splitBytesMax } from './bucket-split.js';
import type { Sketch } from './sketch.js';

/**
 * A sketch as bytes. Byte-wise part (codec/varint.ts), then bits:
 *
 *     +--------------+---------------------+------------------+-----------------------------+
 *     | varint count | zigzag first bucket | varint range - 1 | bucket-split bits, to a byte|
 *     +--------------+---------------------+------------------+-----------------------------+
 *                     if count >= 1         if count >= 2      if range >= 2
 *
 * Buckets by their ordinals (bucket.ts). range: last bucket - first bucket + 1. There is no length and no checksum: the container has them.
 */

/** Not a sketch: cut off, or bits that no writer makes. */
export const SKETCH_MALFORMED = -1;

// Scratch of this thread; nothing of it outlives a call.
const split = new BucketSplit();
const sink = new BitSink();
const source = new BitSource();
let ordinals = new Int32Array(64);

/** Bytes that `encodeSketchInto` may need; a loose bound for scratch memory, not an estimate. */
export function sketchBytesMax(sketch: Sketch): number {
  return 3 * VARINT_BYTES_MAX + splitBytesMax(sketch.length, sketch.count);
}

/** Writes a sketch into memory with room for `sketchBytesMax` bytes; answers the offset after it. */
export function encodeSketchInto(sketch: Sketch, out: Uint8Array, offset: number): number {
  assert(sketch.count <= SPLIT_COUNT_MAX, 'a sketch to encode counts at most 2^51 values');
  offset = writeVarint(out, offset, sketch.count);
  if (sketch.count === 0) return offset;
  const first = bucketOrdinal(sketch.indexes[0]!);
  offset = writeZigzag(out, offset, first);
  if (sketch.count === 1) return offset;
  offset = writeVarint(out, offset, bucketOrdinal(sketch.indexes[sketch.length - 1]!) - first);
  if (sketch.length === 1) return offset;
  if (ordinals.length < sketch.length) ordinals = new Int32Array(sketch.indexes.length);
  for (let i = 0; i < sketch.length; i++) ordinals[i] = bucketOrdinal(sketch.indexes[i]!);
  split.load(ordinals, 0, sketch.counts, 0, sketch.length, sketch.count);
  sink.start(out, offset);
  split.write(sink);
  return sink.finish();
}

/** Reads a sketch from [offset, end) into `sketch`; answers the offset after it or SKETCH_MALFORMED, and then the sketch is empty. */
export function decodeSketchInto(bytes: Uint8Array, offset: number, end: number, sketch: Sketch): number {
  sketch.reset();
  offset = readVarint(bytes, offset, end);
  const count = varint.value;
  if (offset < 0 || count > SPLIT_COUNT_MAX) return SKETCH_MALFORMED;
  if (count === 0) return offset;
  offset = readZigzag(bytes, offset, end);
  const first = varint.value;
  if (offset < 0 || Math.abs(first) > BUCKET_ORDINAL_MAX) return SKETCH_MALFORMED;
  let range = 1;
  if (count > 1) {
    offset = readVarint(bytes, offset, end);
    range = varint.value + 1;
    if (offset < 0 || range > PLACE_RANGE_MAX || first + range - 1 > BUCKET_ORDINAL_MAX)
      return SKETCH_MALFORMED;
  }
  if (range === 1) {
    sketch.append(bucketOfOrdinal(first), count);
    return offset;
  }
  source.start(bytes, offset, end);
  if (!split.tryRead(source, first, range, count)) return SKETCH_MALFORMED;
  sketch.reserve(split.length);
  for (let i = 0; i < split.length; i++) sketch.append(bucketOfOrdinal(split.places[i]!), split.counts[i]!);
  return source.offset;
}
