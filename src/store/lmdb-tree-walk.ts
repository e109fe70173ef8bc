import { readSync } from 'node:fs';
import type { LargeValues } from './lmdb-file.js';
import {
  FLAG_BRANCH,
  FLAG_LEAF,
  FLAG_OVERFLOW,
  LARGE_BYTES,
  LARGE_FIRST_PAGE,
  LARGE_PAGES,
  NODE_FLAGS,
  NODE_HEADER_BYTES,
  NODE_IS_LARGE,
  NODE_KEY_BYTES,
  NODE_LOW,
  PAGE_FLAGS,
  PAGE_HEADER_BYTES,
  PAGE_LOWER,
  PAGE_NUMBER,
  PAGE_OVERFLOW_PAGES,
  PAGE_TRANSACTION,
  PAGE_UPPER,
  readI64,
  readU64,
  TREE_BRANCH_PAGES,
  TREE_DEPTH,
  TREE_DEPTH_MAX,
  TREE_ENTRIES,
  TREE_FLAGS,
  TREE_LEAF_PAGES,
  TREE_OVERFLOW_PAGES,
  TREE_ROOT,
} from './lmdb-file-layout.js';
import { FileFault, type LmdbPages, PageBook } from './lmdb-page-book.js';
import { isStoredKey, plainKey } from './stored-key.js';

/** The flags of the tree of free pages: its keys are integers, transaction numbers. Ours has none. */
const FREE_TREE_FLAGS = 0x08;

type Order = (a: Buffer, b: Buffer) => number;

/** What is met while one tree is walked. */
interface Tree {
  name: string;
  depth: number;
  order: Order;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
  /** Called for each entry; the buffers are valid until it returns. `large` is set when the value lies elsewhere. */
  entry(key: Buffer, value: Buffer, large: LargeValue | undefined): void;
}

interface LargeValue {
  firstPage: number;
  pages: number;
  bytes: number;
}

const BYTE_ORDER: Order = (a, b) => Buffer.compare(a, b);
const INTEGER_ORDER: Order = (a, b) => Number(a.readBigUInt64LE() - b.readBigUInt64LE());

/** Reads the pages of both trees of an environment and keeps book of which are used. Throws FileFault. */
export class LmdbTreeWalk {
  pagesRead = 0;
  readonly #file: number;
  readonly #pages: LmdbPages;
  readonly #book: PageBook;
  /** A buffer a level: keys of a page bound those of its children. */
  readonly #levels: Buffer[] = [];

  constructor(file: number, pages: LmdbPages) {
    this.#file = file;
    this.#pages = pages;
    this.#book = new PageBook(pages);
  }

  /** The tree of our values, whose keys carry checksums. */
  mainTree(view: DataView, at: number, large: LargeValues): void {
    const isLookedAt = large === 'all' ? () => true : large;
    this.#tree('main', view, at, BYTE_ORDER, (key, _, value) => {
      if (!isStoredKey(key, 0, key.length))
        throw new FileFault(`the key ${key.toString('hex')} has a wrong checksum`);
      if (value !== undefined && isLookedAt(plainKey(key))) this.#overflowHeader(value);
    });
  }

  /** The tree of free pages. After the main tree, because none of its pages may be free. */
  freeTree(view: DataView, at: number): void {
    const lists: Buffer[] = [];
    this.#tree('free', view, at, INTEGER_ORDER, (_, value, large) => {
      lists.push(large === undefined ? Buffer.from(value) : this.#readLarge(large));
    });
    for (const list of lists) this.#freeList(list);
  }

  /** After both trees. */
  end(): void {
    this.#book.end();
  }

  #tree(name: string, view: DataView, at: number, order: Order, entry: Tree['entry']): void {
    const flags = view.getUint16(at + TREE_FLAGS, true);
    if (flags !== (name === 'free' ? FREE_TREE_FLAGS : 0))
      throw new FileFault(`its ${name} tree has flags ${flags}`);
    const depth = view.getUint16(at + TREE_DEPTH, true);
    if (depth > TREE_DEPTH_MAX) throw new FileFault(`its ${name} tree is ${depth} levels deep`);
    const tree: Tree = {
      name,
      depth,
      order,
      entry,
      branchPages: 0,
      leafPages: 0,
      overflowPages: 0,
      entries: 0,
    };
    const root = readU64(view, at + TREE_ROOT);
    if (depth > 0) this.#page(tree, root, 1, undefined, undefined);
    else if (root < 2 ** 63) throw new FileFault(`its ${name} tree has a root and no depth`);
    const wanted = (field: number): number => readU64(view, at + field);
    const isCounted =
      tree.branchPages === wanted(TREE_BRANCH_PAGES) &&
      tree.leafPages === wanted(TREE_LEAF_PAGES) &&
      tree.overflowPages === wanted(TREE_OVERFLOW_PAGES) &&
      tree.entries === wanted(TREE_ENTRIES);
    if (!isCounted)
      throw new FileFault(`its ${name} tree has other numbers of pages and entries than its meta page says`);
  }

  /** A page at a level counted from 1, with keys in [low, high). */
  #page(tree: Tree, page: number, level: number, low: Buffer | undefined, high: Buffer | undefined): void {
    this.#book.use(page, 1, `the ${tree.name} tree`);
    const bytes = (this.#levels[level] ??= Buffer.alloc(this.#pages.pageBytes));
    this.#read(bytes, page);
    const isLeaf = level === tree.depth;
    if (bytes.readUInt16LE(PAGE_FLAGS) !== (isLeaf ? FLAG_LEAF : FLAG_BRANCH)) {
      throw new FileFault(
        `page ${page} has flags ${bytes.readUInt16LE(PAGE_FLAGS)}, ${isLeaf ? 'a leaf' : 'a branch'} was expected`,
      );
    }
    const nodes = this.#nodes(bytes, page, isLeaf);
    if (isLeaf) tree.leafPages++;
    else tree.branchPages++;
    // In a branch page the first key is empty and stands for everything below the second.
    const keyOf = (i: number): Buffer | undefined => (!isLeaf && i === 0 ? low : keyAt(bytes, nodes[i]!));
    for (let i = 0; i < nodes.length; i++) {
      const key = keyOf(i);
      const next = i + 1 < nodes.length ? keyOf(i + 1) : high;
      if (tree.name === 'free' && (isLeaf || i > 0) && key?.length !== 8)
        throw new FileFault(`page ${page} has a free list with a wrong key`);
      const isInOrder =
        (key === undefined || next === undefined || tree.order(key, next) < 0) &&
        (i > 0 || key === undefined || low === undefined || tree.order(low, key) <= 0);
      if (!isInOrder) throw new FileFault(`page ${page} has keys that are out of order`);
      if (isLeaf) this.#entry(tree, bytes, nodes[i]!, key!);
      else this.#page(tree, childOf(bytes, nodes[i]!), level + 1, key, next);
    }
  }

  /** The offsets of a page's nodes, which have to cover [upper, end of page) without a gap. */
  #nodes(bytes: Buffer, page: number, isLeaf: boolean): number[] {
    const room = this.#pages.pageBytes - PAGE_HEADER_BYTES;
    const lower = bytes.readUInt16LE(PAGE_LOWER);
    const upper = bytes.readUInt16LE(PAGE_UPPER);
    if (lower % 2 !== 0 || lower > upper || upper > room || lower === 0)
      throw new FileFault(`page ${page} has bounds ${lower} and ${upper}`);
    const nodes: number[] = [];
    let covered = upper;
    for (let i = 0; i < lower / 2; i++) {
      const offset = bytes.readUInt16LE(PAGE_HEADER_BYTES + i * 2);
      if (offset < upper || offset + NODE_HEADER_BYTES > room)
        throw new FileFault(`page ${page} has a node at ${offset}`);
      nodes.push(PAGE_HEADER_BYTES + offset);
      covered += nodeBytes(bytes, PAGE_HEADER_BYTES + offset, isLeaf);
    }
    const sorted = [...nodes].sort((a, b) => a - b);
    const overlaps = sorted.some(
      (at, i) => at + nodeBytes(bytes, at, isLeaf) > (sorted[i + 1] ?? this.#pages.pageBytes),
    );
    if (covered !== room || overlaps) throw new FileFault(`page ${page} has nodes that don't fit together`);
    return nodes;
  }

  #entry(tree: Tree, bytes: Buffer, node: number, key: Buffer): void {
    tree.entries++;
    const valueAt = node + NODE_HEADER_BYTES + key.length;
    const valueBytes = bytes.readUInt32LE(node + NODE_LOW);
    if (bytes.readUInt16LE(node + NODE_FLAGS) === 0) {
      tree.entry(key, bytes.subarray(valueAt, valueAt + valueBytes), undefined);
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + valueAt, LARGE_BYTES);
    const large = {
      firstPage: readU64(view, LARGE_FIRST_PAGE),
      pages: readU64(view, LARGE_PAGES),
      bytes: valueBytes,
    };
    // More than it needs: a shorter value has been put in place of a longer one in the same transaction.
    if (large.pages < Math.ceil((PAGE_HEADER_BYTES + valueBytes) / this.#pages.pageBytes)) {
      throw new FileFault(`a value of ${valueBytes} bytes is said to lie on ${large.pages} pages`);
    }
    this.#book.use(large.firstPage, large.pages, 'a large value');
    tree.overflowPages += large.pages;
    tree.entry(key, bytes.subarray(valueAt, valueAt), large);
  }

  /** LMDB believes this header when it frees the value's pages. */
  #overflowHeader({ firstPage, pages }: LargeValue): void {
    const header = Buffer.alloc(PAGE_HEADER_BYTES);
    this.#read(header, firstPage);
    if (
      header.readUInt16LE(PAGE_FLAGS) !== FLAG_OVERFLOW ||
      header.readUInt32LE(PAGE_OVERFLOW_PAGES) !== pages
    ) {
      throw new FileFault(`page ${firstPage} does not begin a value of ${pages} pages`);
    }
  }

  #readLarge(large: LargeValue): Buffer {
    this.#overflowHeader(large);
    const bytes = Buffer.alloc(large.bytes);
    if (
      readSync(
        this.#file,
        bytes,
        0,
        large.bytes,
        large.firstPage * this.#pages.pageBytes + PAGE_HEADER_BYTES,
      ) < large.bytes
    ) {
      throw new FileFault('a free list ends early');
    }
    return bytes;
  }

  #freeList(list: Buffer): void {
    const view = new DataView(list.buffer, list.byteOffset, list.length);
    const count = list.length < 8 ? -1 : readI64(view, 0);
    if (count < 0 || (count + 1) * 8 > list.length)
      throw new FileFault(`a free list of ${list.length} bytes has ${count} entries`);
    for (let i = 1; i <= count; i++) {
      const entry = readI64(view, i * 8);
      if (entry === 0) continue;
      if (entry < 0 && i === count) throw new FileFault('a free list ends with the length of a block');
      const first = entry < 0 ? readI64(view, ++i * 8) : entry;
      this.#book.free(first, entry < 0 ? -entry : 1);
    }
  }

  /** Reads the begin of a page, as much as the buffer takes, and checks what every page has. */
  #read(bytes: Buffer, page: number): void {
    this.pagesRead++;
    const got = readSync(this.#file, bytes, 0, bytes.length, page * this.#pages.pageBytes);
    if (got < bytes.length) throw new FileFault(`it ends in page ${page}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, PAGE_HEADER_BYTES);
    const number = readU64(view, PAGE_NUMBER);
    if (number !== page) throw new FileFault(`page ${page} says that it is page ${number}`);
    const transaction = readU64(view, PAGE_TRANSACTION);
    if (transaction > this.#pages.transaction)
      throw new FileFault(`page ${page} is of a later transaction, ${transaction}`);
  }
}

const keyAt = (bytes: Buffer, node: number): Buffer => {
  const start = node + NODE_HEADER_BYTES;
  return bytes.subarray(start, start + bytes.readUInt16LE(node + NODE_KEY_BYTES));
};

const childOf = (bytes: Buffer, node: number): number => bytes.readUIntLE(node, 6);

/** Bytes of a node with its header; nodes begin at even offsets. */
function nodeBytes(bytes: Buffer, node: number, isLeaf: boolean): number {
  const keyBytes = bytes.readUInt16LE(node + NODE_KEY_BYTES);
  const flags = bytes.readUInt16LE(node + NODE_FLAGS);
  const valueBytes = !isLeaf
    ? 0
    : flags === NODE_IS_LARGE
      ? LARGE_BYTES
      : bytes.readUInt32LE(node + NODE_LOW);
  if (isLeaf && flags > NODE_IS_LARGE) throw new FileFault(`a node has flags ${flags}`);
  return (NODE_HEADER_BYTES + keyBytes + valueBytes + 1) & ~1;
}
