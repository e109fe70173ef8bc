/**
 * The file of an LMDB environment, as the version of LMDB in the package `lmdb` 3.5 writes it on a 64-bit, little-endian
 * machine. The file is a row of pages; pages 0 and 1 are the two meta pages, and the one with the larger transaction
 * number holds. Everything is reached from there.
 *
 *   every page      0 u64 its number | 8 u64 transaction that wrote it | 16 u16 pad | 18 u16 flags
 *   branch, leaf   20 u16 lower      | 22 u16 upper | 24 u16 × n offsets of nodes, counted from byte 24
 *   overflow       20 u32 pages      | 24 the bytes of one large value, over that many pages
 *   meta           24 u32 magic | 28 u32 version | 32 u64 address | 40 u64 map size
 *                  48 the tree of free pages | 96 the main tree | 144 u64 last page | 152 u64 transaction
 *   a tree          0 u32 page size | 4 u16 flags | 6 u16 depth | 8 u64 branch pages | 16 u64 leaf pages
 *                  24 u64 overflow pages | 32 u64 entries | 40 u64 root page
 *   a node          0 u16 low, u16 high: bytes of the value | 4 u16 flags | 6 u16 bytes of the key | 8 key, value
 *                  (in a branch page the first six bytes are the number of the child page)
 *   a large value's node holds, in place of the value: 0 u64 first page | 8 u64 transaction | 16 u64 pages
 *   a free list     0 i64 count | 8 i64 × count: a page, or 0 for none, or minus a length and then the first page
 */
export const PAGE_NUMBER = 0;
export const PAGE_TRANSACTION = 8;
export const PAGE_FLAGS = 18;
export const PAGE_LOWER = 20;
export const PAGE_UPPER = 22;
export const PAGE_OVERFLOW_PAGES = 20;
export const PAGE_HEADER_BYTES = 24;

export const FLAG_BRANCH = 0x01;
export const FLAG_LEAF = 0x02;
export const FLAG_OVERFLOW = 0x04;
export const FLAG_META = 0x08;

export const META_MAGIC = 24;
export const META_VERSION = 28;
export const META_MAP_BYTES = 40;
export const META_FREE_TREE = 48;
export const META_MAIN_TREE = 96;
export const META_LAST_PAGE = 144;
export const META_TRANSACTION = 152;
export const META_BYTES = 160;

export const MAGIC = 0xbeefc0de;
export const DATA_VERSION = 2;

export const TREE_PAGE_BYTES = 0;
export const TREE_FLAGS = 4;
export const TREE_DEPTH = 6;
export const TREE_BRANCH_PAGES = 8;
export const TREE_LEAF_PAGES = 16;
export const TREE_OVERFLOW_PAGES = 24;
export const TREE_ENTRIES = 32;
export const TREE_ROOT = 40;

/** Deeper trees than this LMDB itself can't walk. */
export const TREE_DEPTH_MAX = 32;

export const NODE_LOW = 0;
export const NODE_FLAGS = 4;
export const NODE_KEY_BYTES = 6;
export const NODE_HEADER_BYTES = 8;

/** The node's value lies on overflow pages. Other flags belong to features that Millrace does not use. */
export const NODE_IS_LARGE = 0x01;

export const LARGE_FIRST_PAGE = 0;
export const LARGE_PAGES = 16;
export const LARGE_BYTES = 24;

export const PAGE_BYTES_MIN = 512;
export const PAGE_BYTES_MAX = 65_536;

/** A number of 64 bits; exact up to 2^53, and anything above is out of every bound that it is held against. */
export const readU64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

export const readI64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;
