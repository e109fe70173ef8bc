import { readVarint, varint } from '../codec/varint.js';
import { segmentChecksum } from './segment-checksum.js';
import {
  SEGMENT_CHECKSUM,
  SEGMENT_DIRECTORY,
  SEGMENT_DIRECTORY_BYTES,
  SEGMENT_KIND,
  SEGMENT_RUNS,
  SEGMENT_VERSION,
} from './segment-layout.js';

/** What `open` says of a value. */
export type SegmentStatus = 'ok' | 'damaged' | 'newer';

const u32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

/**
 * Walks the runs of a segment in order: `open`, then `next` until it answers false. After `next` the run's series
 * number and its byte range in the value stand in the fields. One reader is used again and again.
 */
export class SegmentReader {
  number = 0;
  start = 0;
  end = 0;
  /** Whether `next` answered false though the directory says that there is more: the value was cut. */
  isCut = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #runs = 0;
  #directoryAt = 0;
  #directoryEnd = 0;

  /** Checks the head and the directory; runs have checksums of their own. */
  open(bytes: Uint8Array, kind: number, firstNumber: number): SegmentStatus {
    this.#runs = 0;
    this.isCut = false;
    if (bytes.length < SEGMENT_DIRECTORY) return 'damaged';
    const directoryEnd = SEGMENT_DIRECTORY + u32(bytes, SEGMENT_DIRECTORY_BYTES);
    if (directoryEnd > bytes.length || bytes[SEGMENT_KIND] !== kind) return 'damaged';
    if (segmentChecksum(bytes, directoryEnd) !== u32(bytes, SEGMENT_CHECKSUM)) return 'damaged';
    if (bytes[0]! > SEGMENT_VERSION) return 'newer';
    this.#bytes = bytes;
    this.#runs = u32(bytes, SEGMENT_RUNS);
    this.#directoryAt = SEGMENT_DIRECTORY;
    this.#directoryEnd = directoryEnd;
    this.number = firstNumber;
    this.end = directoryEnd;
    return 'ok';
  }

  /** How many runs are left, as far as the head says. */
  get runs(): number {
    return this.#runs;
  }

  /** Steps to the next run. */
  next(): boolean {
    if (this.#runs === 0 || this.isCut) return false;
    this.#runs--;
    this.isCut = true;
    const afterNumber = readVarint(this.#bytes, this.#directoryAt, this.#directoryEnd);
    if (afterNumber < 0) return false;
    this.number += varint.value;
    const afterBytes = readVarint(this.#bytes, afterNumber, this.#directoryEnd);
    if (afterBytes < 0) return false;
    this.#directoryAt = afterBytes;
    this.start = this.end;
    this.end = this.start + varint.value;
    this.isCut = this.end > this.#bytes.length;
    return !this.isCut;
  }

  /** The number of the run behind the present one; -1 when there is none. */
  nextNumber(): number {
    if (this.#runs === 0) return -1;
    return readVarint(this.#bytes, this.#directoryAt, this.#directoryEnd) < 0
      ? -1
      : this.number + varint.value;
  }

  /** Steps to the first run of `number` at or behind the present place; false when there is none. */
  seek(number: number): boolean {
    while (this.next()) if (this.number >= number) return this.number === number;
    return false;
  }
}
