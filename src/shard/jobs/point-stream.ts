import { PointSegmentReader } from '../../../native-free-core/segment/point-segment-reader.js';
import { parseSegmentKey } from '../../store/keys.js';
import type { StoreReader } from '../../store/shard-store.js';

/** No series is left. */
export const NO_SERIES = Number.POSITIVE_INFINITY;

/** Bytes of one run, in memory of its owner. */
export interface RunBytes {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/**
 * The points of one layer (segments of one table and generation whose numbers don't overlap), series by series. After
 * `open`, `number` is the series at hand, and `times`, `values` [from, to) are a piece of its points, sorted, which belong to the
 * stream until `next`; a series may have several pieces in a row. A segment is copied when its turn comes, because what
 * the store lends is gone at the next read.
 *
 * `fault` is set, and `number` is NO_SERIES, when a segment is missing or doesn't read.
 */
export class PointStream {
  number = NO_SERIES;
  from = 0;
  to = 0;
  /** The chunk that the piece was decoded from; undefined when it is a part of a batch. */
  chunk: RunBytes | undefined;
  fault: { key: Uint8Array; status: string } | undefined;
  readonly #store: StoreReader;
  readonly #reader = new PointSegmentReader();
  #keys: readonly Uint8Array[] = [];
  #at = 0;
  #bytes = new Uint8Array(0);
  /** Of the decoded run. */
  #series = 0;

  constructor(store: StoreReader) {
    this.#store = store;
  }

  get times(): Float64Array {
    return this.#reader.batch.times;
  }

  get values(): Float64Array {
    return this.#reader.batch.values;
  }

  /** `keys` ascend by series numbers. */
  open(keys: readonly Uint8Array[]): void {
    this.#keys = keys;
    this.#at = 0;
    this.fault = undefined;
    if (this.#openSegment()) this.#nextRun();
  }

  /** Steps to the next piece. */
  next(): void {
    if (++this.#series < this.#reader.batch.series) this.#take();
    else this.#nextRun();
  }

  #nextRun(): void {
    while (!this.#reader.next()) {
      if (this.#reader.isCut) {
        this.#fail('damaged');
        return;
      }
      if (!this.#openSegment()) return;
    }
    const status = this.#reader.decode();
    if (status !== 'ok') {
      this.#fail(status);
      return;
    }
    this.#series = 0;
    this.#take();
  }

  #take(): void {
    const { batch } = this.#reader;
    this.number = batch.numbers[this.#series]!;
    this.from = batch.start(this.#series);
    this.to = batch.ends[this.#series]!;
    const { isChunks, start, end } = this.#reader;
    this.chunk = isChunks ? { bytes: this.#bytes, start, end } : undefined;
  }

  /** Copies and opens the next segment. False at the end, or when there is a fault. */
  #openSegment(): boolean {
    this.number = NO_SERIES;
    const key = this.#keys[this.#at++];
    if (key === undefined) return false;
    const value = this.#store.get(key);
    if (value === undefined) return this.#fail('missing');
    if (this.#bytes.length < value.length) this.#bytes = new Uint8Array(value.length * 2);
    this.#bytes.set(value);
    const { firstNumber, lastNumber } = parseSegmentKey(key);
    const status = this.#reader.open(this.#bytes.subarray(0, value.length), firstNumber, lastNumber);
    return status === 'ok' || this.#fail(status);
  }

  #fail(status: string): false {
    this.number = NO_SERIES;
    this.fault = { key: this.#keys[this.#at - 1]!, status };
    return false;
  }
}
