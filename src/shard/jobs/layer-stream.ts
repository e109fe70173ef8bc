import { parseSegmentKey, type SegmentRange } from '../../store/keys.js';
import type { StoreReader } from '../../store/shard-store.js';

/** No series is left. */
export const NO_SERIES = Number.POSITIVE_INFINITY;

/** Bytes of one run, in memory of its owner. */
export interface RunBytes {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** A segment that is missing or doesn't read. */
export interface StreamFault {
  key: Uint8Array;
  status: string;
}

export interface SegmentCount {
  key: Uint8Array;
  bytes: number;
  /** Of the runs that were read. */
  rows: number;
}

/** What a step inside of a segment says: there is a piece, the segment is over, or why it doesn't read. */
export type StepStatus = 'ok' | 'over' | 'damaged' | 'newer';

/**
 * Reads one layer (segments of one table and generation whose numbers don't overlap) piece by piece, by ascending series. After
 * `open` and after each `next` the piece at hand belongs to series `number`; a series may have several pieces in a row. A
 * segment is copied when its turn comes, because what the store lends is gone at the next read. When one is missing or
 * doesn't read, `fault` is set and `number` is NO_SERIES.
 */
export abstract class LayerStream {
  number = NO_SERIES;
  fault: StreamFault | undefined;
  /** The segments that were opened, and what was read of each. */
  readonly counts: SegmentCount[] = [];
  /** The segment at hand; longer than its value. */
  protected bytes: Uint8Array = new Uint8Array(0);
  readonly #store: StoreReader;
  #keys: readonly Uint8Array[] = [];
  #at = 0;

  constructor(store: StoreReader) {
    this.#store = store;
  }

  /** Opens the segment whose value is given. */
  protected abstract openSegment(value: Uint8Array, range: SegmentRange): 'ok' | 'damaged' | 'newer';

  /** Steps to the next piece of the open segment and sets `number`. */
  protected abstract step(): StepStatus;

  /** `keys` ascend by series numbers. */
  open(keys: readonly Uint8Array[]): void {
    this.#keys = keys;
    if (this.#openNext()) this.next();
  }

  /** Steps to the next piece. */
  next(): void {
    for (;;) {
      const status = this.step();
      if (status === 'ok') return;
      if (status !== 'over') {
        this.#fail(status);
        return;
      }
      if (!this.#openNext()) return;
    }
  }

  protected count(rows: number): void {
    this.counts.at(-1)!.rows += rows;
  }

  /** False at the end, or when there is a fault. */
  #openNext(): boolean {
    this.number = NO_SERIES;
    const key = this.#keys[this.#at++];
    if (key === undefined) return false;
    const value = this.#store.get(key);
    if (value === undefined) return this.#fail('missing');
    if (this.bytes.length < value.length) this.bytes = new Uint8Array(value.length * 2);
    this.bytes.set(value);
    this.counts.push({ key, bytes: value.length, rows: 0 });
    const status = this.openSegment(this.bytes.subarray(0, value.length), parseSegmentKey(key));
    return status === 'ok' || this.#fail(status);
  }

  #fail(status: string): false {
    this.number = NO_SERIES;
    this.fault = { key: this.#keys[this.#at - 1]!, status };
    return false;
  }
}

/** Of streams in the order of their generations the one with the lowest series; of several the first. */
export function lowestOf<Stream extends LayerStream>(streams: readonly Stream[]): Stream | undefined {
  let lowest: Stream | undefined;
  for (const stream of streams) if (stream.number < (lowest?.number ?? NO_SERIES)) lowest = stream;
  return lowest;
}
