import { assert } from '../../native-free-core/assert.js';
import type { LmdbSnapshot } from '../store/lmdb-store.js';
import type { KeySource, KnownStore, StoredSegment } from './known-store.js';
import type { StopCheck } from './stop-check.js';

/**
 * One shard as of one moment, seen from a query thread: a read transaction of its store, and by it the right to read its
 * open state. A point is in blocks or in the open state, and moves from one to the other while queries run. This is how
 * each is seen exactly once:
 *
 *  1. A read transaction is opened. It shows the GROUP record of each group as of one commit: every generation up to
 *     F = storedGeneration is in blocks, and of generation F + 1 the series with numbers below b = partialBound.
 *     Records and blocks are written in one transaction, so whatever blocks the reader sees fit the records.
 *  2. So a point of series (group, number) and generation g is in blocks if g <= F, or g = F + 1 and number < b; else
 *     it is in the open state. At most two generations are open: those to read there are F + 1, unless number < b, and
 *     F + 2. A generation that does not exist yet has no chain.
 *  3. The open state is read after the transaction was opened, under the rules of HeadReader. A generation's chains stay
 *     whole until RELEASED reaches it; it does so behind the commit that put its last points into blocks. So if RELEASED
 *     is at most F when everything was copied, nothing of F + 1 and F + 2 was overwritten before.
 *  4. If it is larger, a flush ended after the transaction was opened and this view is stale. What was copied is thrown
 *     away and everything is done again with a new transaction. That happens to at most one query in the few
 *     microseconds around the end of a flush, because the open state is read first; the blocks, which take long, can't
 *     become stale.
 *  5. The open state that a worker builds when its predecessor has died lacks what is in blocks by then, also of F + 1 behind b. So it
 *     must be the one that was there before the transaction was opened, by the number of its starts; else as under 4.
 *  6. Points that arrive while the open state is read may be seen or not, each series as of its own moment. What was
 *     acknowledged before the query came is seen.
 *  7. What a thread remembers of a version of the store (KnownStore) is as good as a transaction that was opened when that version was
 *     seen to be the present one. So a snapshot may open its transaction after the open state was read, or never; one that it opens later must
 *     show the same version, else all is done again.
 */
export class ShardSnapshot {
  readonly #known: KnownStore;
  readonly #firstGroup: number;
  readonly #starts: number;
  readonly #openReader: () => LmdbSnapshot | undefined;
  readonly #keys: KeySource;
  #reader: LmdbSnapshot | undefined;

  /**
   * `starts`: those of the shard before the version of the store was looked at; `stop` is that of the query. `openReader` opens a transaction of the version that is
   * known; undefined where the store has another by now.
   */
  constructor(
    known: KnownStore,
    { firstGroup, starts, stop }: { firstGroup: number; starts: number; stop: StopCheck | undefined },
    openReader: () => LmdbSnapshot | undefined,
  ) {
    this.#known = known;
    this.#firstGroup = firstGroup;
    this.#starts = starts;
    this.#openReader = openReader;
    this.#keys = { reader: () => this.reader, stop };
  }

  /** Whether the store can be read. */
  get isOpen(): boolean {
    return this.#reader !== undefined;
  }

  /** Lets the store be read; false when it has changed since: the shard must be read anew. */
  tryOpen(): boolean {
    this.#reader ??= this.#openReader();
    return this.isOpen;
  }

  get reader(): LmdbSnapshot {
    assert(this.#reader !== undefined, 'a snapshot is read that was not opened');
    return this.#reader;
  }

  /** What the store has has this number (store-mark.ts); undefined where it is not known. */
  get version(): number | undefined {
    return this.#known.version;
  }

  /** F of the essay; `local` counts groups from the shard's first. */
  storedGeneration(local: number): number {
    return this.#known.records.groups[local]!.storedGeneration;
  }

  /** b of the essay. */
  partialBound(local: number): number {
    return this.#known.records.groups[local]!.partialBound;
  }

  /** Whether what was read of the open state may be missing what this view does not have in blocks; asked afterwards, of the shard as it is then. */
  isStale({ released, starts }: { released: number; starts: number }): boolean {
    return released > this.#known.records.oldestStored || starts !== this.#starts;
  }

  /** Whether the segments of a group's table are told although the store is not open. */
  knowsTable(local: number, table: number): boolean {
    return this.#known.knows(this.#firstGroup + local, table);
  }

  /** Calls back with the segments of a group's table that may reach `startMs` or further. @throws what the query's `stop` does */
  // Four arguments: a call a table.
  forEachSegment(
    local: number,
    table: number,
    startMs: number,
    visit: (segment: StoredSegment) => void,
  ): void {
    this.#known.forEachSegment(this.#firstGroup + local, table, startMs, this.#keys, visit);
  }

  close(): void {
    this.#reader?.close();
  }
}
