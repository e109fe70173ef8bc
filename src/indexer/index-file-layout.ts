import { GROUP_COUNT } from '../../native-free-core/limits.js';
import { COLUMNS, COLUMNS_BY_ROW } from '../../native-free-core/series-index/series-index-layout.js';
import { INDEX_BLOCK_BYTES } from './limits.js';

/**
 * The file `series.index`: the index of labels as it stood in memory, so that a start doesn't decode a million keys.
 * All words are of 32 bits in the machine's byte order: a file of the other order fails by its first word.
 *
 *   header   words below, the last its checksum
 *   sections the eight columns, each as far as there are rows or sets, then the heap
 *   blocks   each section is cut into blocks of up to INDEX_BLOCK_BYTES; each is | u32 CRC32C of the bytes | bytes |
 *
 * It is no truth: what it says stands in the series pages, too. A damaged one, or one of another folder, is thrown away.
 */
export const INDEX_FILE_MAGIC = 0x5849_524d;
export const INDEX_FILE_VERSION = 1;

export const HEADER_MAGIC = 0;
export const HEADER_VERSION = 1;
/** Of the folder's hash key, which the dictionary's order depends on. */
export const HEADER_KEY_CHECKSUM = 2;
export const HEADER_ROWS = 3;
export const HEADER_SETS = 4;
export const HEADER_ENTRIES = 5;
export const HEADER_HEAP = 6;
export const HEADER_TABLE = 7;
export const HEADER_SET_TABLE = 8;
export const HEADER_NEXT_NUMBERS = 9;
export const HEADER_CHECKSUM = HEADER_NEXT_NUMBERS + GROUP_COUNT;
export const HEADER_WORDS = HEADER_CHECKSUM + 1;

export const BLOCK_CHECKSUM_BYTES = 4;

/** Bytes of each section: the columns in their order, then the heap. */
export function sectionBytes(header: Int32Array): number[] {
  const sections: number[] = [];
  for (let column = 0; column < COLUMNS; column++) {
    sections.push(4 * header[column < COLUMNS_BY_ROW ? HEADER_ROWS : HEADER_SETS]!);
  }
  return [...sections, 4 * header[HEADER_HEAP]!];
}

/** Bytes of the whole file. */
export function indexFileBytes(header: Int32Array): number {
  const sections = sectionBytes(header);
  const blocks = sections.reduce((sum, bytes) => sum + Math.ceil(bytes / INDEX_BLOCK_BYTES), 0);
  return HEADER_WORDS * 4 + sections.reduce((sum, bytes) => sum + bytes, 0) + blocks * BLOCK_CHECKSUM_BYTES;
}
