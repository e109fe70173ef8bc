import { assert } from '../assert.js';
import { GROUP_COUNT, SHARD_COUNT_MAX } from '../limits.js';

/**
 * The index of labels: which series have which labels, in memory that one thread writes (the indexer) and all query
 * threads read. All of it is 32-bit words of the machine's byte order.
 *
 *   control    words on their own cache lines, see below
 *   columns    eight of `rowsMax` words each: PLACE, METRIC, SET, NEXT of a row; LABELS, FIRST, LAST, COUNT of a set
 *   heap       entries, extents, label lists and hash tables, one after the other, never moved and never freed
 *
 * A *row* is a series, numbered from 0 in the order in which the indexer met it. A *set* is a set of labels that at least one
 * series has; the metrics of one host mostly share theirs, so that labels are held and looked up once for all of them. An *entry* is
 * a text in its parent's list: the names of labels are children of ROOT_LABELS, the values of a label are children of its name,
 * the metrics are children of ROOT_METRICS. Each entry has a list: of a root and a label's name, its children; of a label's value, the
 * sets that have it; of a metric, its rows. Lists ascend.
 *
 *              ROOT_LABELS ── "host" ── "web-1" ── sets 0, 7, 12 …  ── each: FIRST row → NEXT row → …
 *                                    └─ "web-2" ── …
 *              ROOT_METRICS ── "cpu_usage" ── rows 0, 1, 5 …
 *
 * Entry     0 hash | 1 parent | 2 ordinal among the parent's children | 3 items of the list | 4 first item + 1
 *           | 5 first extent | 6 last extent | 7 free items in it | 8 bytes of text | 9 … text
 * Extent    0 next extent | 1 capacity | 2 … items + 1
 * Labels    0 hash | 1 pairs | 2 … entries of the values, in the order of the canonical key
 * Table     0 slots, a power of two | 1 … entry (dictionary) or set + 1 (sets), 0 where free; linear probing
 *
 * Invariants
 *  1. The indexer alone writes; it is the only one that reads the words 6 and 7 of an entry, LAST and the table of sets.
 *  2. A word that readers follow goes once from 0 to its value. So a reader that meets what is just being written sees
 *     the end of a list, or an item that it does not know yet: it stops at 0 and at rows and sets beyond those published.
 *  3. SETS is published before ROWS, and both after all that they cover; a reader loads ROWS first.
 *  4. EPOCH is odd while the index is being built anew; then nothing here may be relied on. It changes at a damaged file and
 *     after a crash of the indexer only. Who reads compares it before and after.
 */
const LINE_WORDS = 32;

/** Written by the indexer. */
export const CONTROL_EPOCH = 0;
export const CONTROL_ROWS = 1 * LINE_WORDS;
export const CONTROL_SETS = CONTROL_ROWS + 1;
export const CONTROL_TABLE = CONTROL_ROWS + 2;
export const CONTROL_SET_TABLE = CONTROL_ROWS + 3;
export const CONTROL_ENTRIES = CONTROL_ROWS + 4;
/** Words of the heap and rows that are in use, published or not: what a rebuild has to clear. */
export const CONTROL_HEAP = CONTROL_ROWS + 5;
export const CONTROL_CLAIMED_ROWS = CONTROL_ROWS + 6;
/** Series that found no room. */
export const CONTROL_LEFT_OUT = CONTROL_ROWS + 7;
/** The last request that a pass over all stores has answered; its waiters are woken. */
export const CONTROL_SERVED = 2 * LINE_WORDS;
/** By shard: the series that it had counted when it was looked at last. */
export const CONTROL_SEEN = 3 * LINE_WORDS;
/** By group: the number behind the last one that was indexed. */
export const CONTROL_NEXT_NUMBERS = CONTROL_SEEN + SHARD_COUNT_MAX;
/** Counted up by query threads that want a pass; the indexer sleeps on it. */
export const CONTROL_REQUESTED = CONTROL_NEXT_NUMBERS + GROUP_COUNT;
/** Written by the socket thread: one of STATE_*. The indexer sleeps on REQUESTED, so that is counted up with it. */
export const CONTROL_STATE = CONTROL_REQUESTED + LINE_WORDS;
export const CONTROL_WORDS = CONTROL_STATE + LINE_WORDS;

/** The stores are not open yet: the stored index may be loaded, nothing else. */
export const STATE_WAIT = 0;
export const STATE_RUN = 1;
export const STATE_STOP = 2;

export const COLUMN_PLACE = 0;
export const COLUMN_METRIC = 1;
export const COLUMN_SET = 2;
export const COLUMN_NEXT = 3;
export const COLUMN_LABELS = 4;
export const COLUMN_FIRST = 5;
export const COLUMN_LAST = 6;
export const COLUMN_COUNT = 7;
export const COLUMNS = 8;
/** Columns below it are by row, the others by set. */
export const COLUMNS_BY_ROW = 4;

/** A row's place: its group above, its number in the group below. */
export const PLACE_NUMBER_BITS = 26;
export const PLACE_NUMBER_MASK = 2 ** PLACE_NUMBER_BITS - 1;

export const ENTRY_HASH = 0;
export const ENTRY_PARENT = 1;
export const ENTRY_ORDINAL = 2;
export const ENTRY_ITEMS = 3;
export const ENTRY_FIRST = 4;
export const ENTRY_EXTENT = 5;
export const ENTRY_LAST_EXTENT = 6;
export const ENTRY_FREE = 7;
export const ENTRY_BYTES = 8;
export const ENTRY_TEXT = 9;

export const EXTENT_NEXT = 0;
export const EXTENT_CAPACITY = 1;
export const EXTENT_ITEMS = 2;
/** Items of an entry's first extent behind the one in the entry; each further one has twice as many up to the last. */
export const EXTENT_CAPACITY_MIN = 4;
export const EXTENT_CAPACITY_MAX = 4_096;

export const LABELS_HASH = 0;
export const LABELS_PAIRS = 1;
export const LABELS_FIRST = 2;

export const TABLE_SLOTS = 0;
export const TABLE_FIRST = 1;
export const TABLE_SLOTS_MIN = 1_024;

/** The heap begins with the two roots, entries without a text. Address 0 is nobody's. */
export const ROOT_LABELS = 1;
export const ROOT_METRICS = ROOT_LABELS + ENTRY_TEXT;
export const HEAP_FIRST = ROOT_METRICS + ENTRY_TEXT;

assert(2 ** 26 * GROUP_COUNT <= 2 ** 31, 'a place must be a positive 32-bit word');
