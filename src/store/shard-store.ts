/** The writes of one transaction. Keys and values are copied before the calls return. */
export interface StoreWriter {
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  /** Removes every key in [start, end). */
  removeRange(start: Uint8Array, end: Uint8Array): void;
}

/** Called for each pair of a range, in the order of keys, until it answers false. The arrays are valid until it returns. */
export type PairVisitor = (key: Uint8Array, value: Uint8Array) => boolean | undefined;

/** A view of the store as it was at one moment. */
export interface StoreReader {
  /** The value, valid until the next call on this reader, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** Visits [start, end) in the order of keys. */
  forEach(start: Uint8Array, end: Uint8Array, visit: PairVisitor): void;
  /** Visits the keys of [start, end) without touching the pages of large values. */
  forEachKey(start: Uint8Array, end: Uint8Array, visit: (key: Uint8Array) => boolean | undefined): void;
}

/** A reader that can tell whether a value is still what it was, without touching the pages of a large one. */
export interface VersionedReader extends StoreReader {
  /**
   * As `get`, or 'same' when the value is surely the one that was read before with this version. What was written beside it
   * may make it look like another. 0 is no version.
   */
  getUnlessSame(key: Uint8Array, version: number): Uint8Array | 'same' | undefined;
  /** The version of the value that was read last, which was there. */
  readonly version: number;
}

export interface StoreFigures {
  pageBytes: number;
  fileBytes: number;
  usedBytes: number;
  mapBytes: number;
  readers: number;
}

/**
 * The disk of one shard. One thread writes; `transaction` applies all writes of its body or none, and they survive a
 * loss of power when it returns. If it throws a MillraceError of code MR_UNABLE_TO_STORE nothing was written and it may be
 * tried again when there is room.
 */
export interface ShardStore extends StoreReader {
  transaction(body: (writer: StoreWriter) => void): void;
  figures(): StoreFigures;
  close(): void;
}
