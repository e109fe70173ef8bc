import type { QueryReply, QueryTask } from './query-task.js';
import type { QueryThreads } from './query-threads.js';
import type { TaskThreads } from './task-threads.js';

/** The threads of one pool as another one sees them: with slots of its own, and there when it has gone. One borrower at a time. */
export class LentThreads implements TaskThreads {
  readonly slots: number;
  readonly cancelled: Int32Array;
  readonly #threads: QueryThreads;

  constructor(threads: QueryThreads) {
    this.#threads = threads;
    this.slots = threads.slots;
    this.cancelled = threads.cancelledLent;
    // The one before has cancelled all that it had.
    this.cancelled.fill(0);
  }

  get count(): number {
    return this.#threads.count;
  }

  get missing(): number {
    return this.#threads.missing;
  }

  ready(): Promise<void> {
    return this.#threads.ready();
  }

  run(task: QueryTask): Promise<QueryReply> {
    return this.#threads.run({ ...task, slot: this.slots + task.slot });
  }

  /** Nothing ends: they belong to another. */
  async close(): Promise<void> {}
}
