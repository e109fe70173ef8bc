import { CHUNK_NEWER_VERSION, decodeChunkInto, peekChunkCount } from '../codec/chunk.js';
import { decodeBatchInto, type PointRunStatus } from './batch-codec.js';
import { PointBatch } from './point-batch.js';
import { SEGMENT_BATCH, SEGMENT_KIND, SEGMENT_RAW } from './segment-layout.js';
import { SegmentReader, type SegmentStatus } from './segment-reader.js';

/**
 * Reads a segment of points, of whatever form: chunks, a run a series, or batches, a run some neighbouring series. `open`,
 * then `next` until it answers false; after `next` the run holds series of [`number`, `lastNumber`] and of no others, and
 * `decode` leaves its points in `batch`, which belongs to this object until the next `decode`.
 */
export class PointSegmentReader {
  readonly batch = new PointBatch();
  /** Whether the runs are chunks, of one series each. */
  isChunks = true;
  readonly #segment = new SegmentReader();
  #bytes: Uint8Array = new Uint8Array(0);
  #lastNumber = 0;

  /** `firstNumber` and `lastNumber` are those of the key. */
  open(bytes: Uint8Array, firstNumber: number, lastNumber: number): SegmentStatus {
    this.#bytes = bytes;
    this.#lastNumber = lastNumber;
    this.isChunks = bytes[SEGMENT_KIND] !== SEGMENT_BATCH;
    return this.#segment.open(bytes, this.isChunks ? SEGMENT_RAW : SEGMENT_BATCH, firstNumber);
  }

  /** Steps to the next run. */
  next(): boolean {
    return this.#segment.next();
  }

  /** Whether `next` answered false though there should be more. */
  get isCut(): boolean {
    return this.#segment.isCut;
  }

  /** The first series of the run. */
  get number(): number {
    return this.#segment.number;
  }

  /** The run has no series after this one. */
  get lastNumber(): number {
    if (this.isChunks) return this.#segment.number;
    const next = this.#segment.nextNumber();
    // A series with many points goes on in the next run.
    return next < 0 ? this.#lastNumber : Math.max(this.#segment.number, next - 1);
  }

  /** Where the bytes of the run lie in the value. */
  get start(): number {
    return this.#segment.start;
  }

  get end(): number {
    return this.#segment.end;
  }

  /** Decodes the run. Unless the answer is 'ok', `batch` is empty. */
  decode(): PointRunStatus {
    const { start, end, number } = this.#segment;
    const { batch } = this;
    const status = this.isChunks
      ? decodeChunk(this.#bytes, start, end, number, batch)
      : decodeBatchInto(this.#bytes, start, end, number, batch);
    if (status !== 'ok') batch.reset();
    return status;
  }
}

function decodeChunk(
  bytes: Uint8Array,
  start: number,
  end: number,
  number: number,
  batch: PointBatch,
): PointRunStatus {
  batch.reset();
  batch.reserve(1, Math.max(1, peekChunkCount(bytes, start, end)));
  const count = decodeChunkInto(bytes, start, end, batch.times, batch.values, 0);
  if (count <= 0) return count === CHUNK_NEWER_VERSION ? 'newer' : 'damaged';
  batch.add(number, count);
  return 'ok';
}
