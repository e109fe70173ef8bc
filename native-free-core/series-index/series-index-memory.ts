import { assert } from '../assert.js';
import type { HashKey } from '../series/siphash128.js';
import { COLUMNS, CONTROL_WORDS, HEAP_FIRST } from './series-index-layout.js';

/** The shared memory of the index. Made by the supervisor; pages cost memory only once touched. */
export interface SeriesIndexMemory {
  control: SharedArrayBuffer;
  columns: SharedArrayBuffer;
  heap: SharedArrayBuffer;
  /** Hashes of texts are keyed, so that nobody outside can make many of them collide. */
  hashKey: HashKey;
}

/** Words of the heap at most, so that an address is a small integer for the engine. */
const HEAP_WORDS_MAX = 2 ** 30;

export interface SeriesIndexSizes {
  rowsMax: number;
  heapBytes: number;
}

export function createSeriesIndexMemory(sizes: SeriesIndexSizes, hashKey: HashKey): SeriesIndexMemory {
  const heapWords = Math.min(HEAP_WORDS_MAX, Math.floor(sizes.heapBytes / 4));
  assert(heapWords > HEAP_FIRST, 'the heap of the index has no room for its roots');
  return {
    control: new SharedArrayBuffer(CONTROL_WORDS * 4),
    columns: new SharedArrayBuffer(sizes.rowsMax * COLUMNS * 4),
    heap: new SharedArrayBuffer(heapWords * 4),
    hashKey,
  };
}

/** Typed views over the index, the same for its writer and its readers. */
export class SeriesIndexViews {
  readonly control: Int32Array;
  /** By COLUMN_*. */
  readonly columns: readonly Int32Array[];
  /** Int32, though nothing but hashes is negative: V8 keeps unsigned words that may pass 2^31 as doubles. */
  readonly heap: Int32Array;
  readonly bytes: Uint8Array;
  readonly rowsMax: number;
  readonly hashKey: HashKey;

  constructor(memory: SeriesIndexMemory) {
    this.control = new Int32Array(memory.control);
    this.rowsMax = memory.columns.byteLength / 4 / COLUMNS;
    this.columns = Array.from(
      { length: COLUMNS },
      (_, column) => new Int32Array(memory.columns, column * this.rowsMax * 4, this.rowsMax),
    );
    this.heap = new Int32Array(memory.heap);
    this.bytes = new Uint8Array(memory.heap);
    this.hashKey = memory.hashKey;
  }
}
