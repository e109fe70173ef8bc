import { SERIES_PAGE_LENGTH } from '../../native-free-core/limits.js';
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from './envelope.js';
import { TABLE_SERIES } from './store-layout.js';

/**
 * A page of the series table: up to 256 series of a group by number, in an envelope:
 *
 *   8 u32 records | 12 u32 0 | records, each: u32 number in the page | u32 key bytes | 16 hash | canonical bytes
 *
 * Records stand in order of arrival, none is ever changed; a page is rewritten with one more.
 */
export const PAGE_COUNT = ENVELOPE_BYTES;
export const PAGE_RECORDS = 16;
export const RECORD_NUMBER = 0;
export const RECORD_KEY_BYTES = 4;
export const RECORD_HASH = 8;
export const RECORD_KEY = 24;

export const pageOfNumber = (number: number): number => Math.floor(number / SERIES_PAGE_LENGTH);

/** A page that is being added to: in memory that grows by doubling, so that filling a page copies it a few times. */
export class SeriesPageBuilder {
  #bytes: Uint8Array;
  #view: DataView;
  #length: number;

  /** Starts from the stored page, or empty. */
  constructor(stored?: Uint8Array) {
    this.#length = stored?.length ?? PAGE_RECORDS;
    this.#bytes = new Uint8Array(Math.max(1 << 12, this.#length * 2));
    if (stored !== undefined) this.#bytes.set(stored);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Adds a series. `source` holds its 16 bytes of hash at `hashOffset` and its key from `keyOffset` on. */
  add(number: number, source: Uint8Array, hashOffset: number, keyOffset: number, keyBytes: number): void {
    const at = this.#length;
    if (at + RECORD_KEY + keyBytes > this.#bytes.length) this.#grow(at + RECORD_KEY + keyBytes);
    this.#view.setUint32(PAGE_COUNT, this.#view.getUint32(PAGE_COUNT, true) + 1, true);
    this.#view.setUint32(at + RECORD_NUMBER, number % SERIES_PAGE_LENGTH, true);
    this.#view.setUint32(at + RECORD_KEY_BYTES, keyBytes, true);
    this.#bytes.set(source.subarray(hashOffset, hashOffset + 16), at + RECORD_HASH);
    this.#bytes.set(source.subarray(keyOffset, keyOffset + keyBytes), at + RECORD_KEY);
    this.#length = at + RECORD_KEY + keyBytes;
  }

  seal(): Uint8Array {
    const value = this.#bytes.subarray(0, this.#length);
    sealEnvelope(value, TABLE_SERIES);
    return value;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Called for each series of a page: its number in the group, and where its hash and its key lie in the value. */
export type SeriesVisitor = (number: number, hashOffset: number, keyOffset: number, keyBytes: number) => void;

/** Visits the series of a stored page. Answers false when the page is damaged; then none was visited. */
export function forEachSeries(value: Uint8Array, page: number, visit: SeriesVisitor): boolean {
  if (openEnvelope(value, TABLE_SERIES) !== 'ok' || value.length < PAGE_RECORDS) return false;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const count = view.getUint32(PAGE_COUNT, true);
  let at = PAGE_RECORDS;
  for (let i = 0; i < count; i++) {
    const keyBytes = view.getUint32(at + RECORD_KEY_BYTES, true);
    const number = page * SERIES_PAGE_LENGTH + view.getUint32(at + RECORD_NUMBER, true);
    visit(number, at + RECORD_HASH, at + RECORD_KEY, keyBytes);
    at += RECORD_KEY + keyBytes;
  }
  return true;
}
