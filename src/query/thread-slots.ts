import { ALL_TICKETS, type QueryReply, type QueryTask } from './query-task.js';
import type { QueryThreads } from './query-threads.js';

/**
 * The threads that run queries as one pool sees them: some of their slots, each for one task that waits or is under way. Their own pool and one that borrows
 * them see them through the same class, so that code which has been compiled for the one serves the other.
 */
export class ThreadSlots {
  readonly #threads: QueryThreads;
  readonly #isLent: boolean;
  /** Those that no task has. */
  readonly #free: number[] = [];

  /** A borrower has slots of its own; one at a time, and the one before has to be closed. */
  constructor(threads: QueryThreads, isLent: boolean) {
    this.#threads = threads;
    this.#isLent = isLent;
    const first = isLent ? threads.slots : 0;
    for (let slot = first + threads.slots - 1; slot >= first; slot--) this.#free.push(slot);
    threads.cancelled.fill(0, first, first + threads.slots);
  }

  /** The same threads for another pool. */
  lend(): ThreadSlots {
    return new ThreadSlots(this.#threads, true);
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

  /** Waits until every thread has loaded its modules, or has ended before. */
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
    const first = this.#isLent ? slots : 0;
    cancelled.fill(ALL_TICKETS, first, first + slots);
  }

  /** Ends the threads; threads that are lent go on. */
  async close(): Promise<void> {
    if (!this.#isLent) await this.#threads.close();
  }
}
