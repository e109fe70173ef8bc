import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32c } from '../../native-free-core/codec/crc32c.js';
import { GROUP_COUNT } from '../../native-free-core/limits.js';
import {
  CONTROL_CLAIMED_ROWS,
  CONTROL_ENTRIES,
  CONTROL_HEAP,
  CONTROL_NEXT_NUMBERS,
  CONTROL_ROWS,
  CONTROL_SET_TABLE,
  CONTROL_SETS,
  CONTROL_TABLE,
} from '../../native-free-core/series-index/series-index-layout.js';
import type { SeriesIndexViews } from '../../native-free-core/series-index/series-index-memory.js';
import { errorText } from '../errors.js';
import {
  BLOCK_CHECKSUM_BYTES,
  HEADER_CHECKSUM,
  HEADER_ENTRIES,
  HEADER_HEAP,
  HEADER_KEY_CHECKSUM,
  HEADER_MAGIC,
  HEADER_NEXT_NUMBERS,
  HEADER_ROWS,
  HEADER_SET_TABLE,
  HEADER_SETS,
  HEADER_TABLE,
  HEADER_VERSION,
  HEADER_WORDS,
  INDEX_FILE_MAGIC,
  INDEX_FILE_VERSION,
  indexFileBytes,
  sectionBytes,
} from './index-file-layout.js';
import { INDEX_BLOCK_BYTES, INDEX_DISK_RESERVE_BYTES } from './limits.js';

/** What became of a stored index: loaded, none there, or why it can't be used. */
export type LoadStatus = { kind: 'loaded' } | { kind: 'absent' } | { kind: 'useless'; why: string };

/** Header words and the control words that they keep. */
const KEPT: readonly (readonly [header: number, control: number])[] = [
  [HEADER_ROWS, CONTROL_ROWS],
  [HEADER_SETS, CONTROL_SETS],
  [HEADER_ENTRIES, CONTROL_ENTRIES],
  [HEADER_HEAP, CONTROL_HEAP],
  [HEADER_TABLE, CONTROL_TABLE],
  [HEADER_SET_TABLE, CONTROL_SET_TABLE],
  ...Array.from(
    { length: GROUP_COUNT },
    (_, g) => [HEADER_NEXT_NUMBERS + g, CONTROL_NEXT_NUMBERS + g] as const,
  ),
];

/** The stored index of labels. Used by the indexer alone, between two of the writer's calls. */
export class IndexFile {
  readonly #path: string;
  readonly #block = new Uint8Array(BLOCK_CHECKSUM_BYTES + INDEX_BLOCK_BYTES);

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes the index beside the old file and takes its place. It is not forced to disk: a loss of power leaves the old file, the new
   * one, or one whose checksums fail. Answers why it wasn't written, or undefined when it was.
   */
  save(views: SeriesIndexViews): string | undefined {
    const header = headerOf(views);
    const bytes = indexFileBytes(header);
    const temporary = `${this.#path}.new`;
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      if (bavail * bsize < bytes + INDEX_DISK_RESERVE_BYTES)
        return `the disk has no room for ${bytes} bytes of it`;
      const file = openSync(temporary, 'w');
      try {
        writeSync(file, header);
        for (const [section, length] of sectionsOf(views, header)) this.#write(file, section, length);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.#path);
      return undefined;
    } catch (error) {
      rmSync(temporary, { force: true });
      return errorText(error);
    }
  }

  /** Fills fresh memory from the file. Where that fails, the memory is to be cleared again. */
  load(views: SeriesIndexViews): LoadStatus {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' };
      return { kind: 'useless', why: errorText(error) };
    }
    try {
      const why = this.#load(file, views);
      return why === undefined ? { kind: 'loaded' } : { kind: 'useless', why };
    } catch (error) {
      return { kind: 'useless', why: errorText(error) };
    } finally {
      closeSync(file);
    }
  }

  /**
   * Looks for damage alone, at all checksums: answers what is wrong, or undefined when nothing is or there is no file. One of another version is
   * no damage.
   */
  check(): string | undefined {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : errorText(error);
    }
    try {
      return this.#check(file);
    } catch (error) {
      return errorText(error);
    } finally {
      closeSync(file);
    }
  }

  #check(file: number): string | undefined {
    const header = new Int32Array(HEADER_WORDS);
    if (readSync(file, header) !== header.byteLength) return 'it is too short';
    if (header[HEADER_MAGIC] !== INDEX_FILE_MAGIC) return 'it is no index';
    if (header[HEADER_VERSION] !== INDEX_FILE_VERSION) return undefined;
    if (header[HEADER_CHECKSUM] !== checksumOf(header)) return 'its header has a wrong checksum';
    const { size } = fstatSync(file);
    if (size !== indexFileBytes(header)) return `it has ${size} bytes instead of ${indexFileBytes(header)}`;
    let at = header.byteLength;
    for (const length of sectionBytes(header)) {
      const why = this.#readSection(file, at, length, () => {});
      if (why !== undefined) return why;
      at += length + Math.ceil(length / INDEX_BLOCK_BYTES) * BLOCK_CHECKSUM_BYTES;
    }
    return undefined;
  }

  /** Reads the blocks of a section of `length` bytes from `at` on. Answers what is wrong with one. */
  #readSection(
    file: number,
    start: number,
    length: number,
    take: (bytes: Uint8Array, from: number) => void,
  ): string | undefined {
    let at = start;
    for (let from = 0; from < length; from += INDEX_BLOCK_BYTES) {
      const part = Math.min(INDEX_BLOCK_BYTES, length - from);
      const block = this.#block.subarray(0, BLOCK_CHECKSUM_BYTES + part);
      if (readSync(file, block, 0, block.length, at) !== block.length) return `it ends at byte ${at}`;
      if (blockChecksum(block) !== crc32c(block, BLOCK_CHECKSUM_BYTES, block.length)) {
        return `the block at byte ${at} has a wrong checksum`;
      }
      take(block.subarray(BLOCK_CHECKSUM_BYTES), from);
      at += block.length;
    }
    return undefined;
  }

  #load(file: number, views: SeriesIndexViews): string | undefined {
    const header = new Int32Array(HEADER_WORDS);
    if (readSync(file, header) !== header.byteLength) return 'it is too short';
    if (header[HEADER_MAGIC] !== INDEX_FILE_MAGIC) return 'it is no index';
    if (header[HEADER_VERSION] !== INDEX_FILE_VERSION) return `it has version ${header[HEADER_VERSION]}`;
    if (header[HEADER_CHECKSUM] !== checksumOf(header)) return 'its header has a wrong checksum';
    if (header[HEADER_KEY_CHECKSUM] !== keyChecksum(views)) return 'it belongs to another folder';
    const { size } = fstatSync(file);
    if (size !== indexFileBytes(header)) return `it has ${size} bytes instead of ${indexFileBytes(header)}`;
    if (header[HEADER_ROWS]! > views.rowsMax || header[HEADER_HEAP]! > views.heap.length) {
      return 'it is larger than the limits of the configuration allow';
    }
    const { control } = views;
    // First what a rebuild has to clear, should a block be damaged.
    control[CONTROL_HEAP] = header[HEADER_HEAP]!;
    control[CONTROL_CLAIMED_ROWS] = header[HEADER_ROWS]!;
    let at = header.byteLength;
    for (const [section, length] of sectionsOf(views, header)) {
      const why = this.#readSection(file, at, length, (bytes, from) => section.set(bytes, from));
      if (why !== undefined) return why;
      at += length + Math.ceil(length / INDEX_BLOCK_BYTES) * BLOCK_CHECKSUM_BYTES;
    }
    for (const [from, to] of KEPT) control[to] = header[from]!;
    return undefined;
  }

  #write(file: number, section: Uint8Array, length: number): void {
    for (let from = 0; from < length; from += INDEX_BLOCK_BYTES) {
      const part = Math.min(INDEX_BLOCK_BYTES, length - from);
      const block = this.#block.subarray(0, BLOCK_CHECKSUM_BYTES + part);
      block.set(section.subarray(from, from + part), BLOCK_CHECKSUM_BYTES);
      const checksum = crc32c(block, BLOCK_CHECKSUM_BYTES, block.length);
      for (let i = 0; i < BLOCK_CHECKSUM_BYTES; i++) block[i] = checksum >>> (8 * i);
      for (let written = 0; written < block.length; ) written += writeSync(file, block, written);
    }
  }
}

const blockChecksum = (block: Uint8Array): number =>
  (block[0]! | (block[1]! << 8) | (block[2]! << 16) | (block[3]! << 24)) >>> 0;

function headerOf(views: SeriesIndexViews): Int32Array {
  const header = new Int32Array(HEADER_WORDS);
  header[HEADER_MAGIC] = INDEX_FILE_MAGIC;
  header[HEADER_VERSION] = INDEX_FILE_VERSION;
  header[HEADER_KEY_CHECKSUM] = keyChecksum(views);
  for (const [to, from] of KEPT) header[to] = views.control[from]!;
  header[HEADER_CHECKSUM] = checksumOf(header);
  return header;
}

/** The bytes of each section in memory, and how many of them count. */
function sectionsOf(views: SeriesIndexViews, header: Int32Array): [Uint8Array, number][] {
  const arrays = [...views.columns, views.heap];
  return sectionBytes(header).map((length, i) => [bytesOf(arrays[i]!), length]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const checksumOf = (header: Int32Array): number => crc32c(bytesOf(header), 0, HEADER_CHECKSUM * 4) | 0;

function keyChecksum({ hashKey }: SeriesIndexViews): number {
  const { k0Low, k0High, k1Low, k1High } = hashKey;
  return crc32c(bytesOf(Int32Array.of(k0Low, k0High, k1Low, k1High)), 0, 16) | 0;
}
