import { PointSegmentReader } from '../../../native-free-core/segment/point-segment-reader.js';
import type { SegmentRange } from '../../store/keys.js';
import { LayerStream, type RunBytes, type StepStatus } from './layer-stream.js';

/**
 * The points of one layer. A piece is `times`, `values` [from, to), points of one series, sorted, which belong to the stream
 * until `next`.
 */
export class PointStream extends LayerStream {
  from = 0;
  to = 0;
  /** The chunk that the piece was decoded from; undefined when it is a part of a batch. */
  chunk: RunBytes | undefined;
  readonly #reader = new PointSegmentReader();
  /** Place of the piece in the decoded run. */
  #series = 0;

  get times(): Float64Array {
    return this.#reader.batch.times;
  }

  get values(): Float64Array {
    return this.#reader.batch.values;
  }

  protected override openSegment(
    value: Uint8Array,
    { firstNumber, lastNumber }: SegmentRange,
  ): 'ok' | 'damaged' | 'newer' {
    this.#reader.batch.reset();
    this.#series = 0;
    return this.#reader.open(value, firstNumber, lastNumber);
  }

  protected override step(): StepStatus {
    const { batch } = this.#reader;
    if (++this.#series >= batch.series) {
      if (!this.#reader.next()) return this.#reader.isCut ? 'damaged' : 'over';
      const status = this.#reader.decode();
      if (status !== 'ok') return status;
      this.count(batch.points);
      this.#series = 0;
    }
    this.number = batch.numbers[this.#series]!;
    this.from = batch.start(this.#series);
    this.to = batch.ends[this.#series]!;
    const { isChunks, start, end } = this.#reader;
    this.chunk = isChunks ? { bytes: this.bytes, start, end } : undefined;
    return 'ok';
  }
}
