import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, MillraceError } from '../errors.js';
import {
  DATA_VERSION,
  FLAG_META,
  MAGIC,
  META_BYTES,
  META_FREE_TREE,
  META_LAST_PAGE,
  META_MAGIC,
  META_MAIN_TREE,
  META_MAP_BYTES,
  META_TRANSACTION,
  META_VERSION,
  PAGE_BYTES_MAX,
  PAGE_BYTES_MIN,
  PAGE_FLAGS,
  readU64,
  TREE_PAGE_BYTES,
} from './lmdb-file-layout.js';
import { FileFault, type LmdbPages } from './lmdb-page-book.js';
import { LmdbTreeWalk } from './lmdb-tree-walk.js';

/** How often a walk is begun anew because a running engine wrote meanwhile. */
const WALKS_MAX = 5;

/** What of the large values is looked at: the first page of each, or only of those whose key the function names. */
export type LargeValues = 'all' | ((key: Uint8Array) => boolean);

export interface LmdbFileSummary {
  pageBytes: number;
  pages: number;
  /** Pages that were read: those of the two trees, and the first of large values. */
  pagesRead: number;
}

/**
 * Looks through the file of an LMDB environment with plain reads, before LMDB maps it: LMDB has no checksums and trusts
 * every number in its pages, so a file that was cut off or a page that rotted ends the process with a signal, or
 * has it write over pages that are in use. Every page of both trees is read: numbers, flags, the tiling of nodes, the
 * order and the checksums of keys, the range of large values, the counts; and no page is used twice or is free and
 * used. The bytes of large values are not read; they have checksums, which are looked at when they are read.
 *
 * Large values are nearly all of a file, so the cost is small: 15 ms for each GB of segments, 50 ms with `large: 'all'`,
 * which is a read more a value (60 KB values, cached; from a cold SSD a read costs about 0.1 ms, 2 s a GB with 'all').
 *
 * @returns undefined when the file is still to be made
 * @throws MillraceError MR_FOLDER_DAMAGED with the file, what is wrong, and what to do
 */
export function checkLmdbFile(folder: string, large: LargeValues): LmdbFileSummary | undefined {
  const path = join(folder, 'data.mdb');
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(path, error);
    if (existsSync(join(folder, 'lock.mdb')))
      throw damaged(path, 'it is missing, though lock.mdb beside it was used with it');
    return undefined;
  }
  try {
    return checkOpened(file, path, folder, large);
  } catch (error) {
    throw error instanceof MillraceError ? error : unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

function checkOpened(
  file: number,
  path: string,
  folder: string,
  large: LargeValues,
): LmdbFileSummary | undefined {
  const bytes = fstatSync(file).size;
  if (bytes === 0) {
    if (existsSync(join(folder, 'lock.mdb'))) throw damaged(path, 'it is empty');
    return undefined;
  }
  let fault = '';
  for (let walks = 0; walks < WALKS_MAX; walks++) {
    let transaction = -1;
    try {
      const meta = readNewestMeta(file, fstatSync(file).size);
      ({ transaction } = meta);
      return walk(file, meta, large);
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      fault = error.message;
      // What a running engine overwrote meanwhile is no damage.
      if (transaction < 0 || readNewestMeta(file, fstatSync(file).size).transaction === transaction) break;
    }
  }
  throw damaged(path, fault);
}

/** The number of the last transaction of an environment that nobody writes, 0 when there is none: no change, no other number. */
export function lastTransaction(folder: string): number {
  const path = join(folder, 'data.mdb');
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  try {
    const bytes = fstatSync(file).size;
    return bytes === 0 ? 0 : readNewestMeta(file, bytes).transaction;
  } catch (error) {
    throw error instanceof FileFault ? damaged(path, error.message) : unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

interface Meta extends LmdbPages {
  /** The page that holds. */
  view: DataView;
}

/** Reads both meta pages and answers the one that LMDB will take. */
function readNewestMeta(file: number, fileBytes: number): Meta {
  const first = readMeta(file, 0, 0, fileBytes);
  const pageBytes = first.getUint32(META_FREE_TREE + TREE_PAGE_BYTES, true);
  if (pageBytes < PAGE_BYTES_MIN || pageBytes > PAGE_BYTES_MAX || (pageBytes & (pageBytes - 1)) !== 0) {
    throw new FileFault(`its meta page 0 names a page size of ${pageBytes} bytes`);
  }
  const second = readMeta(file, 1, pageBytes, fileBytes);
  if (second.getUint32(META_FREE_TREE + TREE_PAGE_BYTES, true) !== pageBytes) {
    throw new FileFault('its two meta pages name different page sizes');
  }
  const [a, b] = [first, second].map((meta) => readU64(meta, META_TRANSACTION)) as [number, number];
  // Transactions count up by one and take turns between the pages; a new file has 0 in both.
  const isInTurn = (a === 0 && b === 0) || (Math.abs(a - b) === 1 && a % 2 === 0);
  if (!isInTurn)
    throw new FileFault(`its meta pages hold transactions ${a} and ${b}, which don't follow each other`);
  const view = a >= b ? first : second;
  const mapBytes = readU64(view, META_MAP_BYTES);
  const lastPage = readU64(view, META_LAST_PAGE);
  if (mapBytes % pageBytes !== 0 || mapBytes > 2 ** 47 || (lastPage + 1) * pageBytes > mapBytes) {
    throw new FileFault(`its meta page holds a map of ${mapBytes} bytes and ${lastPage} as the last page`);
  }
  const pages = Math.floor(fileBytes / pageBytes);
  return { view, transaction: Math.max(a, b), pageBytes, pages, lastPage };
}

function readMeta(file: number, page: number, at: number, fileBytes: number): DataView {
  const bytes = new Uint8Array(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, at) < META_BYTES) {
    throw new FileFault(`it ends in meta page ${page}, after ${fileBytes} bytes`);
  }
  const view = new DataView(bytes.buffer);
  const isMeta = view.getUint32(META_MAGIC, true) === MAGIC && view.getUint16(PAGE_FLAGS, true) === FLAG_META;
  if (!isMeta) throw new FileFault(`its meta page ${page} is not one of LMDB`);
  const version = view.getUint32(META_VERSION, true);
  if (version !== DATA_VERSION)
    throw new FileFault(`its meta page ${page} has version ${version}, not ${DATA_VERSION}`);
  return view;
}

function walk(file: number, meta: Meta, large: LargeValues): LmdbFileSummary {
  const walk = new LmdbTreeWalk(file, meta);
  walk.mainTree(meta.view, META_MAIN_TREE, large);
  walk.freeTree(meta.view, META_FREE_TREE);
  walk.end();
  return { pageBytes: meta.pageBytes, pages: meta.pages, pagesRead: walk.pagesRead };
}

function damaged(path: string, fault: string): MillraceError {
  return new MillraceError(
    'MR_FOLDER_DAMAGED',
    `${path} is damaged: ${fault}. It can't be read without harm, so it was left as it is: restore the whole data folder from a backup, and look at the disk; \`millrace check\` says whether the other shards are sound`,
  );
}

function unreadable(path: string, error: unknown): MillraceError {
  return new MillraceError(
    'MR_FOLDER_ACCESS',
    `${path} can't be read: ${errorText(error)}; it must be readable and writable by this user`,
    { cause: error },
  );
}
