import { SegmentBuilder } from '../../../native-free-core/segment/segment-builder.js';
import { SegmentReader, type SegmentStatus } from '../../../native-free-core/segment/segment-reader.js';

/** One series' run: its number in the group, its encoded bytes, and the times that they span. */
export interface Run {
  number: number;
  bytes: Uint8Array;
  startMs: number;
  endMs: number;
}

/** Builds a segment as the flush does; answers a copy, because the builder uses its memory again. */
export function build(kind: number, runs: readonly Run[], builder = new SegmentBuilder()): Uint8Array {
  builder.begin();
  for (const { number, bytes, startMs, endMs } of runs) {
    // More than is needed: what is reserved is a bound.
    builder.reserve(bytes.length + 100);
    builder.bytes.set(bytes, builder.offset);
    builder.add(number, builder.offset + bytes.length, startMs, endMs);
  }
  return builder.finish(kind).slice();
}

/** Walks a segment: its status, and the runs that it has. */
export function walk(
  value: Uint8Array,
  kind: number,
  firstNumber: number,
  reader = new SegmentReader(),
): { status: SegmentStatus; runs: { number: number; bytes: Uint8Array }[] } {
  const status = reader.open(value, kind, firstNumber);
  const runs: { number: number; bytes: Uint8Array }[] = [];
  while (reader.next()) runs.push({ number: reader.number, bytes: value.slice(reader.start, reader.end) });
  return { status, runs };
}
