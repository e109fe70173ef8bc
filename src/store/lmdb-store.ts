import { statfsSync } from 'node:fs';
import type { Transaction } from 'lmdb';
import * as lmdb from 'lmdb';
import { systemClock } from '../clock.js';
import { errorText, MillraceError } from '../errors.js';
import { isOfContents } from './keys.js';
import { type Environment, openEnvironment } from './lmdb-environment.js';
import { checkLmdbFile } from './lmdb-file.js';
import type {
  PairVisitor,
  ShardStore,
  StoreFigures,
  StoreReader,
  StoreWriter,
  VersionedReader,
} from './shard-store.js';
import { SpaceClaim } from './space-claim.js';
import { createStoreMark, StoreMark } from './store-mark.js';
import { plainKey, storedKey } from './stored-key.js';

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** What comes is the library's reading buffer with a `length` of its own; built-in functions see the whole. */
const bytesOf = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

// The declaration lacks what the library's own cache is made with: the transaction that wrote the value that was read last.
const { getLastTxnId } = lmdb as unknown as { getLastTxnId: () => number };

const PAGE_BYTES = 4_096;

/** Free disk below which nothing is written: room for free lists, and for what else the process writes. */
const SPACE_RESERVE_BYTES = 1024 * 1024;

/** What a store has to do with the rest of the process; it needs nothing of it. */
export interface StoreParts {
  /** Told how long each transaction took. */
  onCommitMs: (durationMs: number) => void;
  /** This store's among those that write to the same disk. */
  claim: SpaceClaim;
  /** What tells readers of changes. */
  mark: StoreMark;
}

/** Reads through one read transaction, or through the environment's own when none is given. */
class LmdbReader implements StoreReader {
  protected readonly db: Environment;
  readonly #options: { transaction?: Transaction };

  constructor(db: Environment, transaction?: Transaction) {
    this.db = db;
    this.#options = transaction === undefined ? {} : { transaction };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    // The declaration lacks the options that every read of the library takes.
    const read = this.db.getBinaryFast as (key: Buffer, options: object) => Buffer | undefined;
    const buffer = read.call(this.db, storedKey(key), this.#options);
    return buffer === undefined ? undefined : bytesOf(buffer);
  }

  forEach(start: Uint8Array, end: Uint8Array, visit: PairVisitor): void {
    for (const { key, value } of this.db.getRange({
      start: asBuffer(start),
      end: asBuffer(end),
      ...this.#options,
    })) {
      if (visit(plainKey(key), value) === false) return;
    }
  }

  forEachKey(start: Uint8Array, end: Uint8Array, visit: (key: Uint8Array) => boolean | undefined): void {
    for (const key of this.db.getKeys({ start: asBuffer(start), end: asBuffer(end), ...this.#options })) {
      if (visit(plainKey(key)) === false) return;
    }
  }
}

/**
 * A view of the store as of now, for another thread than the writer's. `close` it soon: it holds pages back.
 *
 * The version of a value is the number of the transaction that wrote the leaf page which its key stands in. Pages are
 * copied when they are written, so as long as the number is the same so is the page, and with it where the value lies.
 */
export class LmdbSnapshot extends LmdbReader implements VersionedReader {
  readonly #transaction: Transaction;

  constructor(db: Environment) {
    const transaction = db.useReadTransaction();
    super(db, transaction);
    this.#transaction = transaction;
  }

  getUnlessSame(key: Uint8Array, version: number): Uint8Array | 'same' | undefined {
    if (version === 0) return this.get(key);
    const options = { transaction: this.#transaction, ifNotTxnId: version };
    const read = this.db.getBinaryFast as (key: Buffer, options: object) => Buffer | undefined;
    const buffer = read.call(this.db, storedKey(key), options);
    if (buffer === undefined) return undefined;
    // The library answers an object without bytes for what is the same.
    return buffer.length === undefined ? 'same' : bytesOf(buffer);
  }

  get version(): number {
    return getLastTxnId();
  }

  /**
   * lmdb keeps a thread's read transaction until a turn of the event loop, and would open the next snapshot on it: within
   * one task that would show the same old moment, and an idle thread would hold pages back. So it is reset at once.
   */
  close(): void {
    this.#transaction.done();
    this.db.resetReadTxn();
  }
}

/** Opens snapshots of one shard's environment on a query thread. */
export class LmdbSnapshots {
  readonly #db: Environment;

  /** @throws MillraceError MR_FOLDER_ACCESS */
  constructor(path: string) {
    try {
      this.#db = openEnvironment(path);
    } catch (error) {
      const detail = `The store ${path} can't be opened to be read: ${errorText(error)}.`;
      throw new MillraceError('MR_FOLDER_ACCESS', detail, { cause: error });
    }
  }

  open(): LmdbSnapshot {
    return new LmdbSnapshot(this.#db);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

/** A shard's LMDB environment: one file, one writer, no named databases. */
export class LmdbStore extends LmdbReader implements ShardStore, StoreWriter {
  readonly #path: string;
  readonly #onCommitMs: (durationMs: number) => void;
  readonly #claim: SpaceClaim;
  readonly #mark: StoreMark;
  /** Whether the running transaction has changed what `#mark` is about. */
  #isMarked = false;
  /** What the running transaction may write, bytes. */
  #putBytes = 0;

  private constructor(path: string, db: Environment, { onCommitMs, claim, mark }: StoreParts) {
    super(db);
    this.#path = path;
    this.#onCommitMs = onCommitMs;
    this.#claim = claim;
    this.#mark = mark;
    mark.open();
  }

  /**
   * Opens an environment or makes it, after a look through its file.
   * @throws MillraceError MR_FOLDER_DAMAGED when the file is not whole
   */
  static open(path: string, parts: Partial<StoreParts> = {}): LmdbStore {
    const {
      onCommitMs = () => {},
      claim = new SpaceClaim(),
      mark = new StoreMark(createStoreMark()),
    } = parts;
    checkLmdbFile(path, 'all');
    try {
      return new LmdbStore(path, openEnvironment(path), { onCommitMs, claim, mark });
    } catch (error) {
      throw new MillraceError('MR_UNABLE_TO_STORE', `opening the store ${path} failed: ${errorText(error)}`, {
        cause: error,
      });
    }
  }

  transaction(body: (writer: StoreWriter) => void): void {
    const startMs = systemClock.monotonicMs();
    try {
      this.#putBytes = 0;
      this.db.transactionSync(() => {
        body(this);
        this.#requireSpace();
      });
      this.#onCommitMs(systemClock.monotonicMs() - startMs);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('BUG')) throw error;
      const detail = `committing to ${this.#path} failed: ${errorText(error)}`;
      throw new MillraceError('MR_UNABLE_TO_STORE', detail, { cause: error });
    } finally {
      if (this.#isMarked) this.#mark.end();
      this.#isMarked = false;
      this.#claim.drop();
      // This thread returns to no event loop in which lmdb would renew its read transaction.
      this.db.resetReadTxn();
    }
  }

  /**
   * Gives a transaction up while it is still in memory when the disk may not hold it: LMDB may abort the process after a
   * write that fails for want of room (seen with lmdb 3.5.6 in two of five runs of test/e2e/disk-full).
   */
  #requireSpace(): void {
    const claimed = this.#claim.make(this.#putBytes);
    const { bavail, bsize } = statfsSync(this.#path);
    const free = bavail * bsize;
    if (free >= claimed + SPACE_RESERVE_BYTES) return;
    throw new Error(
      `no space left on device: ${free} bytes are free, ${claimed} are to be written, and ${SPACE_RESERVE_BYTES} are kept`,
    );
  }

  put(key: Uint8Array, value: Uint8Array): void {
    // A page for rounding and one for the tree's path, so that the sum errs upwards.
    this.#putBytes += value.length + 2 * PAGE_BYTES;
    this.#changes(key);
    this.db.putSync(storedKey(key), asBuffer(value));
  }

  remove(key: Uint8Array): void {
    this.#changes(key);
    this.db.removeSync(storedKey(key));
  }

  removeRange(start: Uint8Array, end: Uint8Array): void {
    const keys: Buffer[] = [];
    for (const key of this.db.getKeys({ start: asBuffer(start), end: asBuffer(end) }))
      keys.push(Buffer.from(key));
    for (const key of keys) {
      this.#changes(key);
      this.db.removeSync(key);
    }
  }

  /** Before anything is written under the key. */
  #changes(key: Uint8Array): void {
    if (this.#isMarked || !isOfContents(key)) return;
    this.#isMarked = true;
    this.#mark.begin();
  }

  figures(): StoreFigures {
    const stats = this.db.getStats() as {
      pageSize: number;
      lastPageNumber: number;
      mapSize: number;
      numReaders: number;
      free: { entryCount: number };
      root: { treeBranchPageCount: number; treeLeafPageCount: number; overflowPages: number };
    };
    const { treeBranchPageCount, treeLeafPageCount, overflowPages } = stats.root;
    this.db.resetReadTxn();
    return {
      pageBytes: stats.pageSize,
      fileBytes: (stats.lastPageNumber + 1) * stats.pageSize,
      usedBytes: (treeBranchPageCount + treeLeafPageCount + overflowPages) * stats.pageSize,
      mapBytes: stats.mapSize,
      readers: stats.numReaders,
    };
  }

  close(): void {
    // Synchronous parts of close are done at once; the promise only waits for threads that this store never starts.
    void this.db.close();
  }

  /** Closes and waits until nothing has the file open any more: before it is renamed or removed. */
  closed(): Promise<void> {
    return this.db.close();
  }
}
