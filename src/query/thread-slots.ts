import { assert } from '../../native-free-core/assert.js';
import { ALL_TICKETS, type QueryReply, type QueryTask } from './query-task.js';
import type { QueryThreads } from './query-threads.js';

/**
 * The threads that run queries as one pool sees them: some of their slots, each for one task that waits or is under way. Their own pool and one that borrows
 * them see them through the same class, so that code which has been compiled for the one serves the other.
 */
export class ThreadSlots {
  readonly #threads: QueryThreads;
  readonly #onReturned: (() => void) | undefined;
  /** Those that no task has. */
  readonly #free: number[] = [];

  #isBorrowed = false;

  /** `onReturned` makes them lent ones. */
  constructor(threads: QueryThreads, onReturned?: () => void) {
    this.#threads = threads;
    this.#onReturned = onReturned;
    const first = this.#first;
    for (let slot = first + threads.slots - 1; slot >= first; slot--) this.#free.push(slot);
    threads.cancelled.fill(0, first, first + threads.slots);
  }

  /** The same threads for another pool, with slots of its own. One at a time: it has to be closed before the next. */
  lend(): ThreadSlots {
    assert(
      this.#onReturned === undefined && !this.#isBorrowed,
      'threads are lent once at a time, by their owner',
    );
    this.#isBorrowed = true;
    return new ThreadSlots(this.#threads, () => {
      this.#isBorrowed = false;
    });
  }

  /** Threads that can work. */
  get count(): number {
    return this.#threads.count;
  }

  /** Threads that there should be besides. */
  get missing(): number {
    return this.#threads.missing;
  }

  /** A slot that is free, until it is given back; undefined where none is. */
  take(): number | undefined {
    return this.#free.pop();
  }

  giveBack(slot: number): void {
    this.#free.push(slot);
  }

  /** Waits until every thread has loaded its modules, or has ended before; for a bounded time. */
  ready(): Promise<void> {
    return this.#threads.ready();
  }

  /** @throws MillraceError MR_QUERY_TOO_BIG or MR_QUERY_LOST where the thread died, MR_STOPPING */
  run(task: QueryTask): Promise<QueryReply> {
    return this.#threads.run(task);
  }

  /** Tells the task in a slot that nobody wants its answer any more. */
  cancel(slot: number, ticket: number): void {
    Atomics.store(this.#threads.cancelled, slot, ticket);
  }

  /** Tells all of them, for good. */
  cancelAll(): void {
    const { cancelled, slots } = this.#threads;
    cancelled.fill(ALL_TICKETS, this.#first, this.#first + slots);
  }

  /** Ends the threads; threads that are lent go on. */
  async close(): Promise<void> {
    if (this.#onReturned === undefined) await this.#threads.close();
    else this.#onReturned();
  }

  get #first(): number {
    return this.#onReturned === undefined ? 0 : this.#threads.slots;
  }
}
