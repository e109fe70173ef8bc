import { entryHash, sameText } from './entry-hash.js';
import {
  COLUMN_METRIC,
  COLUMN_PLACE,
  COLUMN_SET,
  CONTROL_EPOCH,
  CONTROL_ROWS,
  CONTROL_SETS,
  CONTROL_TABLE,
  ENTRY_BYTES,
  ENTRY_EXTENT,
  ENTRY_FIRST,
  ENTRY_HASH,
  ENTRY_ITEMS,
  ENTRY_ORDINAL,
  ENTRY_PARENT,
  ENTRY_TEXT,
  EXTENT_CAPACITY,
  EXTENT_ITEMS,
  EXTENT_NEXT,
  PLACE_NUMBER_BITS,
  PLACE_NUMBER_MASK,
  TABLE_FIRST,
  TABLE_SLOTS,
} from './series-index-layout.js';
import { type SeriesIndexMemory, SeriesIndexViews } from './series-index-memory.js';

/**
 * The reading end of the index (series-index-layout.ts). `sync` takes what is published now; what comes later is not seen until
 * the next one, so that all answers between two of them agree.
 */
export class SeriesIndexReader {
  readonly views: SeriesIndexViews;
  /** Rows, sets and the state of the epoch as of the last `sync`. */
  rows = 0;
  sets = 0;
  epoch = -1;
  #table = 0;

  constructor(memory: SeriesIndexMemory) {
    this.views = new SeriesIndexViews(memory);
  }

  /** Takes what is published. Answers false while the index is being built anew. */
  sync(): boolean {
    const { control } = this.views;
    this.epoch = Atomics.load(control, CONTROL_EPOCH);
    this.rows = Atomics.load(control, CONTROL_ROWS);
    this.sets = Atomics.load(control, CONTROL_SETS);
    this.#table = Atomics.load(control, CONTROL_TABLE);
    return (this.epoch & 1) === 0 && this.#table !== 0;
  }

  /** Whether the index is still the one of the last `sync`, grown perhaps. */
  get isSame(): boolean {
    return Atomics.load(this.views.control, CONTROL_EPOCH) === this.epoch;
  }

  /** The entry with that text in a parent's list; 0 when there is none. */
  child(parent: number, bytes: Uint8Array, start: number, end: number): number {
    const { heap, bytes: texts, hashKey } = this.views;
    if (this.#table === 0) return 0;
    const mask = heap[this.#table + TABLE_SLOTS]! - 1;
    const slots = this.#table + TABLE_FIRST;
    const hash = entryHash(hashKey, parent, bytes, start, end);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = heap[slots + slot]!;
      if (entry === 0) return 0;
      if (
        heap[entry + ENTRY_HASH] === hash &&
        heap[entry + ENTRY_PARENT] === parent &&
        heap[entry + ENTRY_BYTES] === end - start &&
        sameText(texts, (entry + ENTRY_TEXT) * 4, bytes, start, end)
      )
        return entry;
    }
  }

  /** Items of an entry's list: exact for what is published, else one or another more. */
  itemCount(entry: number): number {
    return this.views.heap[entry + ENTRY_ITEMS]!;
  }

  ordinalOf(entry: number): number {
    return this.views.heap[entry + ENTRY_ORDINAL]!;
  }

  parentOf(entry: number): number {
    return this.views.heap[entry + ENTRY_PARENT]!;
  }

  /** Where an entry's text begins and ends in the views' bytes. */
  textStart(entry: number): number {
    return (entry + ENTRY_TEXT) * 4;
  }

  textEnd(entry: number): number {
    return (entry + ENTRY_TEXT) * 4 + this.views.heap[entry + ENTRY_BYTES]!;
  }

  groupOf(row: number): number {
    return this.views.columns[COLUMN_PLACE]![row]! >>> PLACE_NUMBER_BITS;
  }

  numberOf(row: number): number {
    return this.views.columns[COLUMN_PLACE]![row]! & PLACE_NUMBER_MASK;
  }

  metricOf(row: number): number {
    return this.views.columns[COLUMN_METRIC]![row]!;
  }

  setOf(row: number): number {
    return this.views.columns[COLUMN_SET]![row]!;
  }

  /** Copies the items of an entry's list that are below `bound` to the front of `out`, which must have room; answers how many. */
  copyItems(entry: number, bound: number, out: Int32Array): number {
    const { heap } = this.views;
    const first = heap[entry + ENTRY_FIRST]! - 1;
    if (first < 0 || first >= bound) return 0;
    out[0] = first;
    let count = 1;
    for (let extent = heap[entry + ENTRY_EXTENT]!; extent !== 0; extent = heap[extent + EXTENT_NEXT]!) {
      const end = extent + EXTENT_ITEMS + heap[extent + EXTENT_CAPACITY]!;
      for (let at = extent + EXTENT_ITEMS; at < end; at++) {
        const item = heap[at]! - 1;
        // Beyond what is published, or nothing yet; and no list is longer than its reader was told.
        if (item < 0 || item >= bound || count === out.length) return count;
        out[count++] = item;
      }
    }
    return count;
  }

  /** Sets the bits of the items below `bound`; answers how many items there were. */
  markItems(entry: number, bound: number, bits: Int32Array): number {
    const { heap } = this.views;
    const first = heap[entry + ENTRY_FIRST]! - 1;
    if (first < 0 || first >= bound) return 0;
    bits[first >>> 5]! |= 1 << (first & 31);
    let count = 1;
    for (let extent = heap[entry + ENTRY_EXTENT]!; extent !== 0; extent = heap[extent + EXTENT_NEXT]!) {
      const end = extent + EXTENT_ITEMS + heap[extent + EXTENT_CAPACITY]!;
      for (let at = extent + EXTENT_ITEMS; at < end; at++) {
        const item = heap[at]! - 1;
        if (item < 0 || item >= bound || count > bound) return count;
        bits[item >>> 5]! |= 1 << (item & 31);
        count++;
      }
    }
    return count;
  }
}
