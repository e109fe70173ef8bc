import { writeVarint } from '../codec/varint.js';
import { segmentChecksum } from './segment-checksum.js';
import {
  SEGMENT_CHECKSUM,
  SEGMENT_DIRECTORY,
  SEGMENT_DIRECTORY_BYTES,
  SEGMENT_RUNS,
  SEGMENT_VERSION,
} from './segment-layout.js';

function grown(bytes: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
  larger.set(bytes);
  return larger;
}

/**
 * What a builder begins with, bytes: it grows to what it holds and keeps that. A job over ten years of points has thousands of them
 * open, one for each stretch of each tier, most of which hold little.
 */
const RUNS_BYTES_MIN = 1 << 11;
const DIRECTORY_BYTES_MIN = 1 << 8;

/**
 * Builds one segment at a time in memory that it keeps. Usage: `begin`, then for each run `reserve` the most bytes it
 * may take, encode into `bytes` at `offset`, `add`; at the end `finish`, whose answer is valid until the next `begin`.
 */
export class SegmentBuilder {
  /** Where runs are encoded; changes when it grows. */
  bytes: Uint8Array = new Uint8Array(RUNS_BYTES_MIN);
  offset = 0;
  #directory: Uint8Array = new Uint8Array(DIRECTORY_BYTES_MIN);
  #directoryBytes = 0;
  #runs = 0;
  #first = 0;
  /** The number in the directory that the next one is counted from. */
  #before = 0;
  #last = 0;
  #startMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
  #value = new Uint8Array(0);

  begin(): void {
    this.offset = this.#directoryBytes = this.#runs = 0;
    this.#startMs = Number.POSITIVE_INFINITY;
    this.#endMs = Number.NEGATIVE_INFINITY;
  }

  get runs(): number {
    return this.#runs;
  }

  get firstNumber(): number {
    return this.#first;
  }

  get lastNumber(): number {
    return this.#last;
  }

  get startMs(): number {
    return this.#startMs;
  }

  get endMs(): number {
    return this.#endMs;
  }

  /** Makes room for a run of up to `bytes`. */
  reserve(bytes: number): void {
    if (this.offset + bytes > this.bytes.length) this.bytes = grown(this.bytes, this.offset + bytes);
  }

  /**
   * Takes the run that was encoded from `offset` to `end`, with points in [startMs, endMs]: of series `number`, or of
   * several from there to `lastNumber`.
   */
  add(number: number, end: number, startMs: number, endMs: number, lastNumber = number): void {
    if (this.#directoryBytes + 16 > this.#directory.length) {
      this.#directory = grown(this.#directory, this.#directory.length * 2);
    }
    if (this.#runs++ === 0) this.#first = this.#before = number;
    this.#directoryBytes = writeVarint(this.#directory, this.#directoryBytes, number - this.#before);
    this.#directoryBytes = writeVarint(this.#directory, this.#directoryBytes, end - this.offset);
    this.#before = number;
    this.#last = lastNumber;
    this.offset = end;
    if (startMs < this.#startMs) this.#startMs = startMs;
    if (endMs > this.#endMs) this.#endMs = endMs;
  }

  finish(kind: number): Uint8Array {
    const total = SEGMENT_DIRECTORY + this.#directoryBytes + this.offset;
    if (total > this.#value.length) this.#value = new Uint8Array(2 ** Math.ceil(Math.log2(total)));
    const value = this.#value.subarray(0, total);
    const view = new DataView(value.buffer);
    view.setUint32(0, SEGMENT_VERSION | (kind << 8), true);
    view.setUint32(SEGMENT_RUNS, this.#runs, true);
    view.setUint32(SEGMENT_DIRECTORY_BYTES, this.#directoryBytes, true);
    value.set(this.#directory.subarray(0, this.#directoryBytes), SEGMENT_DIRECTORY);
    value.set(this.bytes.subarray(0, this.offset), SEGMENT_DIRECTORY + this.#directoryBytes);
    view.setUint32(SEGMENT_CHECKSUM, segmentChecksum(value, SEGMENT_DIRECTORY + this.#directoryBytes), true);
    return value;
  }
}
