import { GROUP_COUNT } from '../limits.js';
import { nameEnd, nameStart } from '../series/series-key.js';
import { entryHash, sameText } from './entry-hash.js';
import { IndexHeap } from './index-heap.js';
import {
  COLUMN_COUNT,
  COLUMN_FIRST,
  COLUMN_LABELS,
  COLUMN_LAST,
  COLUMN_METRIC,
  COLUMN_NEXT,
  COLUMN_PLACE,
  COLUMN_SET,
  COLUMNS,
  COLUMNS_BY_ROW,
  CONTROL_CLAIMED_ROWS,
  CONTROL_ENTRIES,
  CONTROL_EPOCH,
  CONTROL_HEAP,
  CONTROL_LEFT_OUT,
  CONTROL_NEXT_NUMBERS,
  CONTROL_ROWS,
  CONTROL_SEEN,
  CONTROL_SET_TABLE,
  CONTROL_SETS,
  CONTROL_TABLE,
  ENTRY_BYTES,
  ENTRY_HASH,
  ENTRY_ITEMS,
  ENTRY_ORDINAL,
  ENTRY_PARENT,
  ENTRY_TEXT,
  EXTENT_CAPACITY_MAX,
  EXTENT_CAPACITY_MIN,
  EXTENT_ITEMS,
  LABELS_FIRST,
  LABELS_HASH,
  LABELS_PAIRS,
  PLACE_NUMBER_BITS,
  ROOT_LABELS,
  ROOT_METRICS,
  TABLE_FIRST,
  TABLE_SLOTS,
  TABLE_SLOTS_MIN,
} from './series-index-layout.js';
import { type SeriesIndexMemory, SeriesIndexViews } from './series-index-memory.js';

const LABELS_MAX = 255; // The count of labels is one byte of the canonical form.

/**
 * The writing end of the index (series-index-layout.ts): takes series by their canonical keys. It has no state of its own but for
 * what speeds it up, so that another one can go on where it stopped, as long as it stopped between two calls.
 */
export class SeriesIndexWriter {
  readonly views: SeriesIndexViews;
  readonly #heap: IndexHeap;
  readonly #pairs = new Int32Array(LABELS_MAX);
  /** Entries of the last key's label names and values: the next one mostly has the same names, and some of the values. */
  readonly #lastNames = new Int32Array(LABELS_MAX);
  readonly #lastValues = new Int32Array(LABELS_MAX);
  #rows = 0;
  #sets = 0;
  #entries = 0;

  /** Goes on with what the memory holds, or begins when it is fresh. */
  constructor(memory: SeriesIndexMemory) {
    this.views = new SeriesIndexViews(memory);
    this.#heap = new IndexHeap(this.views);
    this.resume();
  }

  get rows(): number {
    return this.#rows;
  }

  /** Memory that is in use: the heap, four columns a row and four a set. */
  get usedBytes(): number {
    return 4 * (this.#heap.used + COLUMNS_BY_ROW * this.#rows + (COLUMNS - COLUMNS_BY_ROW) * this.#sets);
  }

  /** Takes over what the control words say, as after a load. */
  resume(): void {
    const { control } = this.views;
    this.#rows = control[CONTROL_ROWS]!;
    this.#sets = control[CONTROL_SETS]!;
    this.#entries = control[CONTROL_ENTRIES]!;
    this.#lastNames.fill(0);
    this.#lastValues.fill(0);
    if (!this.#heap.resume()) this.#begin();
  }

  /** Marks the index as unusable until `endRebuild`, and empties it. */
  beginRebuild(): void {
    const { control, columns, heap } = this.views;
    if ((control[CONTROL_EPOCH]! & 1) === 0) Atomics.add(control, CONTROL_EPOCH, 1);
    heap.fill(0, 0, control[CONTROL_HEAP]!);
    for (const column of columns) column.fill(0, 0, control[CONTROL_CLAIMED_ROWS]!);
    control.fill(0, CONTROL_ROWS, CONTROL_LEFT_OUT + 1);
    control.fill(0, CONTROL_SEEN, CONTROL_NEXT_NUMBERS + GROUP_COUNT);
    this.resume();
  }

  endRebuild(): void {
    this.publish();
    const { control } = this.views;
    if ((control[CONTROL_EPOCH]! & 1) === 1) Atomics.add(control, CONTROL_EPOCH, 1);
  }

  /** Adds a series whose canonical key begins at `offset` of `bytes`. False, and nothing changed, when there is no room. */
  add(group: number, number: number, bytes: Uint8Array, offset: number, keyBytes: number): boolean {
    const labelsAt = nameEnd(bytes, offset);
    if (!this.#hasRoom(keyBytes, bytes[labelsAt]!)) {
      this.views.control[CONTROL_LEFT_OUT]!++;
      return false;
    }
    const metric = this.#child(ROOT_METRICS, bytes, nameStart(offset), labelsAt);
    const set = this.#setOf(bytes, labelsAt);
    const { columns, control } = this.views;
    const row = this.#rows++;
    control[CONTROL_CLAIMED_ROWS] = this.#rows;
    columns[COLUMN_PLACE]![row] = (group << PLACE_NUMBER_BITS) | number;
    columns[COLUMN_METRIC]![row] = metric;
    columns[COLUMN_SET]![row] = set;
    const last = columns[COLUMN_LAST]![set]! - 1;
    if (last < 0) columns[COLUMN_FIRST]![set] = row + 1;
    else columns[COLUMN_NEXT]![last] = row + 1;
    columns[COLUMN_LAST]![set] = row + 1;
    columns[COLUMN_COUNT]![set]!++;
    this.#heap.append(metric, row);
    return true;
  }

  /** Lets readers see what was added. */
  publish(): void {
    const { control } = this.views;
    control[CONTROL_ENTRIES] = this.#entries;
    Atomics.store(control, CONTROL_SETS, this.#sets);
    Atomics.store(control, CONTROL_ROWS, this.#rows);
  }

  #begin(): void {
    const { control } = this.views;
    control[CONTROL_SET_TABLE] = this.#heap.newTable(TABLE_SLOTS_MIN);
    Atomics.store(control, CONTROL_TABLE, this.#heap.newTable(TABLE_SLOTS_MIN));
    this.publish();
  }

  /** Whether a key with so many labels fits in the worst case: every text new, each list and both tables grown. */
  #hasRoom(keyBytes: number, labels: number): boolean {
    const { control, heap, rowsMax } = this.views;
    if (this.#rows >= rowsMax) return false;
    const tables = 2 * (heap[control[CONTROL_TABLE]!]! + heap[control[CONTROL_SET_TABLE]!]! + 1);
    const texts = Math.ceil(keyBytes / 4) + (2 * labels + 1) * (ENTRY_TEXT + 1);
    const longestList = Math.max(this.#rows, this.#entries) + EXTENT_CAPACITY_MIN;
    const extent = EXTENT_ITEMS + Math.min(EXTENT_CAPACITY_MAX, 2 * longestList);
    const lists = (3 * labels + 2) * extent + labels + LABELS_FIRST;
    return this.#heap.used + tables + texts + lists <= heap.length;
  }

  /** The set of the labels that begin, with their count, at `offset`. */
  #setOf(bytes: Uint8Array, offset: number): number {
    const count = bytes[offset]!;
    const pairs = this.#pairs;
    let at = offset + 1;
    let hash = count;
    for (let i = 0; i < count; i++) {
      const nameAt = at + 2;
      const valueAt = nameAt + (bytes[at]! | (bytes[at + 1]! << 8)) + 2;
      const end = valueAt + (bytes[valueAt - 2]! | (bytes[valueAt - 1]! << 8));
      const name = this.#likely(this.#lastNames, i, ROOT_LABELS, bytes, nameAt, valueAt - 2);
      const value = this.#likely(this.#lastValues, i, name, bytes, valueAt, end);
      pairs[i] = value;
      hash = mix(hash, value);
      at = end;
    }
    hash = mix(hash, this.views.hashKey.k1High);
    return this.#findSet(hash, count) ?? this.#newSet(hash, count);
  }

  /** The child of that text; looks first whether it is the one of the last key. */
  // Six arguments: called twice a label while an index of a million series is built.
  #likely(
    last: Int32Array,
    i: number,
    parent: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const { heap, bytes: texts } = this.views;
    const entry = last[i]!;
    if (
      entry !== 0 &&
      heap[entry + ENTRY_PARENT] === parent &&
      heap[entry + ENTRY_BYTES] === end - start &&
      sameText(texts, (entry + ENTRY_TEXT) * 4, bytes, start, end)
    )
      return entry;
    const found = this.#child(parent, bytes, start, end);
    last[i] = found;
    return found;
  }

  #findSet(hash: number, count: number): number | undefined {
    const { control, heap, columns } = this.views;
    const labels = columns[COLUMN_LABELS]!;
    const table = control[CONTROL_SET_TABLE]!;
    const mask = heap[table + TABLE_SLOTS]! - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const set = heap[table + TABLE_FIRST + slot]! - 1;
      if (set < 0) return undefined;
      const at = labels[set]!;
      if (heap[at + LABELS_HASH] === hash && heap[at + LABELS_PAIRS] === count && this.#samePairs(at, count))
        return set;
    }
  }

  #samePairs(at: number, count: number): boolean {
    const { heap } = this.views;
    for (let i = 0; i < count; i++) if (heap[at + LABELS_FIRST + i] !== this.#pairs[i]) return false;
    return true;
  }

  #newSet(hash: number, count: number): number {
    const { control, heap, columns } = this.views;
    const at = this.#heap.allocate(LABELS_FIRST + count);
    heap[at + LABELS_HASH] = hash;
    heap[at + LABELS_PAIRS] = count;
    const set = this.#sets++;
    columns[COLUMN_LABELS]![set] = at;
    for (let i = 0; i < count; i++) {
      heap[at + LABELS_FIRST + i] = this.#pairs[i]!;
      this.#heap.append(this.#pairs[i]!, set);
    }
    const table = control[CONTROL_SET_TABLE]!;
    this.#heap.put(table, hash, set + 1);
    if (this.#sets > heap[table + TABLE_SLOTS]! * 0.6) {
      const larger = this.#heap.newTable(heap[table + TABLE_SLOTS]! * 2);
      for (let each = 0; each < this.#sets; each++) {
        this.#heap.put(larger, heap[columns[COLUMN_LABELS]![each]! + LABELS_HASH]!, each + 1);
      }
      control[CONTROL_SET_TABLE] = larger;
    }
    return set;
  }

  #child(parent: number, bytes: Uint8Array, start: number, end: number): number {
    const { control, heap, bytes: texts, hashKey } = this.views;
    const hash = entryHash(hashKey, parent, bytes, start, end);
    const table = control[CONTROL_TABLE]!;
    const mask = heap[table + TABLE_SLOTS]! - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = heap[table + TABLE_FIRST + slot]!;
      if (entry === 0) return this.#newEntry(hash, parent, bytes.subarray(start, end));
      if (
        heap[entry + ENTRY_HASH] === hash &&
        heap[entry + ENTRY_PARENT] === parent &&
        heap[entry + ENTRY_BYTES] === end - start &&
        sameText(texts, (entry + ENTRY_TEXT) * 4, bytes, start, end)
      )
        return entry;
    }
  }

  #newEntry(hash: number, parent: number, text: Uint8Array): number {
    const { control, heap, bytes } = this.views;
    const entry = this.#heap.allocate(ENTRY_TEXT + Math.ceil(text.length / 4));
    heap[entry + ENTRY_HASH] = hash;
    heap[entry + ENTRY_PARENT] = parent;
    heap[entry + ENTRY_ORDINAL] = heap[parent + ENTRY_ITEMS]!;
    heap[entry + ENTRY_BYTES] = text.length;
    bytes.set(text, (entry + ENTRY_TEXT) * 4);
    const table = control[CONTROL_TABLE]!;
    this.#heap.put(table, hash, entry);
    this.#heap.append(parent, entry);
    this.#entries++;
    if (this.#entries > heap[table + TABLE_SLOTS]! * 0.6) this.#growTable(table);
    return entry;
  }

  /** A larger dictionary with all that the old one has; readers go over to it as a whole. */
  #growTable(table: number): void {
    const { control, heap } = this.views;
    const slots = heap[table + TABLE_SLOTS]!;
    const larger = this.#heap.newTable(slots * 2);
    for (let slot = 0; slot < slots; slot++) {
      const entry = heap[table + TABLE_FIRST + slot]!;
      if (entry !== 0) this.#heap.put(larger, heap[entry + ENTRY_HASH]!, entry);
    }
    Atomics.store(control, CONTROL_TABLE, larger);
  }
}

/** One round of a 32-bit mixer (the multipliers of MurmurHash3). */
function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}
