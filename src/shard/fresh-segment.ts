import { chunkBytesMax, encodeChunkInto } from '../../native-free-core/codec/chunk.js';
import { copyChain } from '../../native-free-core/head/head-chain.js';
import type { HeadViews } from '../../native-free-core/head/head-memory.js';
import { sortPoints } from '../../native-free-core/head/sort-points.js';
import { BATCH_POINTS, CHUNK_POINTS_MAX } from '../../native-free-core/limits.js';
import { batchBytesMax, encodeBatchInto } from '../../native-free-core/segment/batch-codec.js';
import { PointBatch } from '../../native-free-core/segment/point-batch.js';
import { SegmentBuilder } from '../../native-free-core/segment/segment-builder.js';
import { SEGMENT_BATCH, SEGMENT_RAW } from '../../native-free-core/segment/segment-layout.js';

/**
 * Makes a segment of the points that a closed generation has of neighbouring series: `begin`, `add` for each series by
 * ascending number, `finish`. As chunks, or as batches where series have few points each.
 */
export class FreshSegment {
  /** Tells what the key has to say. */
  readonly builder = new SegmentBuilder();
  readonly #views: HeadViews;
  readonly #batch = new PointBatch();
  #isBatches = false;
  #times = new Float64Array(1 << 12);
  #values = new Float64Array(1 << 12);
  #scratchTimes = new Float64Array(0);
  #scratchValues = new Float64Array(0);

  constructor(views: HeadViews) {
    this.#views = views;
  }

  begin(isBatches: boolean): void {
    this.#isBatches = isBatches;
    this.builder.begin();
    this.#batch.reset();
  }

  /** The `count` points, at least one, that the slot has in the generation. */
  add(number: number, slot: number, generation: number, count: number): void {
    const isBatched = this.#isBatches && count <= BATCH_POINTS;
    if (!isBatched) {
      this.#encodeBatch();
      this.#reserve(count);
      this.#copy(slot, generation, count, this.#times, this.#values, 0);
      for (let from = 0; from < count; from += CHUNK_POINTS_MAX) {
        this.#encodeOne(number, from, Math.min(CHUNK_POINTS_MAX, count - from));
      }
      return;
    }
    if (this.#batch.points + count > BATCH_POINTS) this.#encodeBatch();
    const batch = this.#batch;
    const from = batch.points;
    batch.reserve(batch.series + 1, from + count);
    this.#copy(slot, generation, count, batch.times, batch.values, from);
    batch.add(number, count);
  }

  /** Undefined when nothing was added. Valid until the next `begin`. */
  finish(): Uint8Array | undefined {
    this.#encodeBatch();
    if (this.builder.runs === 0) return undefined;
    return this.builder.finish(this.#isBatches ? SEGMENT_BATCH : SEGMENT_RAW);
  }

  /** Copies a series' points to where they go, sorted by time, equal times in the order of arrival. */
  #copy(
    slot: number,
    generation: number,
    count: number,
    times: Float64Array,
    values: Float64Array,
    from: number,
  ): void {
    copyChain(this.#views, slot, generation, count, times, values, from);
    // No view of the columns where it can be helped: a series may have 8 points.
    let isAscending = true;
    for (let i = from + 1; i < from + count && isAscending; i++) isAscending = times[i]! >= times[i - 1]!;
    if (isAscending) return;
    if (this.#scratchTimes.length < count) {
      this.#scratchTimes = new Float64Array(2 ** Math.ceil(Math.log2(count)));
      this.#scratchValues = new Float64Array(this.#scratchTimes.length);
    }
    const [own, ownValues] = [times.subarray(from, from + count), values.subarray(from, from + count)];
    sortPoints(own, ownValues, count, this.#scratchTimes, this.#scratchValues);
  }

  /** Points of one series, in a run of their own. */
  #encodeOne(number: number, from: number, count: number): void {
    const { builder } = this;
    const [times, values] = [this.#times, this.#values];
    if (this.#isBatches) {
      const batch = this.#batch;
      batch.reserve(1, count);
      batch.times.set(times.subarray(from, from + count));
      batch.values.set(values.subarray(from, from + count));
      batch.add(number, count);
      this.#encodeBatch();
      return;
    }
    builder.reserve(chunkBytesMax(count));
    const end = encodeChunkInto(times, values, from, count, builder.bytes, builder.offset);
    builder.add(number, end, times[from]!, times[from + count - 1]!);
  }

  #encodeBatch(): void {
    const batch = this.#batch;
    const { builder } = this;
    const { series, points, times, ends, numbers } = batch;
    if (series === 0) return;
    let startMs = Number.POSITIVE_INFINITY;
    let endMs = Number.NEGATIVE_INFINITY;
    for (let i = 0, from = 0; i < series; i++) {
      const end = ends[i]!;
      if (times[from]! < startMs) startMs = times[from]!;
      if (times[end - 1]! > endMs) endMs = times[end - 1]!;
      from = end;
    }
    builder.reserve(batchBytesMax(series, points));
    const end = encodeBatchInto(batch, builder.bytes, builder.offset);
    builder.add(numbers[0]!, end, startMs, endMs, numbers[series - 1]!);
    batch.reset();
  }

  #reserve(count: number): void {
    if (count <= this.#times.length) return;
    const size = 2 ** Math.ceil(Math.log2(count));
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size);
  }
}
