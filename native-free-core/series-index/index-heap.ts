import { assert } from '../assert.js';
import {
  CONTROL_HEAP,
  ENTRY_EXTENT,
  ENTRY_FIRST,
  ENTRY_FREE,
  ENTRY_ITEMS,
  ENTRY_LAST_EXTENT,
  EXTENT_CAPACITY,
  EXTENT_CAPACITY_MAX,
  EXTENT_CAPACITY_MIN,
  EXTENT_ITEMS,
  EXTENT_NEXT,
  HEAP_FIRST,
  TABLE_FIRST,
  TABLE_SLOTS,
} from './series-index-layout.js';
import type { SeriesIndexViews } from './series-index-memory.js';

/** The writing end of the index's heap: gives out words, keeps lists and hash tables. */
export class IndexHeap {
  readonly #views: SeriesIndexViews;
  #used = 0;

  constructor(views: SeriesIndexViews) {
    this.#views = views;
  }

  /** Words that are in use. */
  get used(): number {
    return this.#used;
  }

  /** Goes on with what the control words say. Answers false when that is nothing: then the roots alone are there. */
  resume(): boolean {
    this.#used = this.#views.control[CONTROL_HEAP]!;
    if (this.#used > 0) return true;
    this.#used = HEAP_FIRST;
    return false;
  }

  allocate(words: number): number {
    const at = this.#used;
    assert(at + words <= this.#views.heap.length, 'the index grew beyond what it had room for');
    this.#views.control[CONTROL_HEAP] = this.#used = at + words;
    return at;
  }

  newTable(slots: number): number {
    const table = this.allocate(TABLE_FIRST + slots);
    this.#views.heap[table + TABLE_SLOTS] = slots;
    return table;
  }

  /** Puts an item into a table that has room. */
  put(table: number, hash: number, item: number): void {
    const { heap } = this.#views;
    const mask = heap[table + TABLE_SLOTS]! - 1;
    let slot = hash & mask;
    while (heap[table + TABLE_FIRST + slot] !== 0) slot = (slot + 1) & mask;
    heap[table + TABLE_FIRST + slot] = item;
  }

  /** Adds an item to an entry's list. */
  append(entry: number, item: number): void {
    const { heap } = this.#views;
    if (heap[entry + ENTRY_ITEMS]!++ === 0) {
      heap[entry + ENTRY_FIRST] = item + 1;
      return;
    }
    let extent = heap[entry + ENTRY_LAST_EXTENT]!;
    if (heap[entry + ENTRY_FREE] === 0) {
      const capacity =
        extent === 0
          ? EXTENT_CAPACITY_MIN
          : Math.min(EXTENT_CAPACITY_MAX, heap[extent + EXTENT_CAPACITY]! * 2);
      const next = this.allocate(EXTENT_ITEMS + capacity);
      heap[next + EXTENT_CAPACITY] = capacity;
      if (extent === 0) heap[entry + ENTRY_EXTENT] = next;
      else heap[extent + EXTENT_NEXT] = next;
      heap[entry + ENTRY_LAST_EXTENT] = extent = next;
      heap[entry + ENTRY_FREE] = capacity;
    }
    const free = heap[entry + ENTRY_FREE]!;
    heap[extent + EXTENT_ITEMS + heap[extent + EXTENT_CAPACITY]! - free] = item + 1;
    heap[entry + ENTRY_FREE] = free - 1;
  }
}
