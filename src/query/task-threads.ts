import type { QueryReply, QueryTask } from './query-task.js';

/** Threads that run queries, as a pool sees them: its own, or those that another one lends it. */
export interface TaskThreads {
  /** Tasks that may be under way or wait at once. */
  readonly slots: number;
  /** One word a slot: the ticket of the task in it that is cancelled. */
  readonly cancelled: Int32Array;
  /** Threads that can work. */
  readonly count: number;
  /** Threads that there should be besides. */
  readonly missing: number;
  /** Waits until every thread has loaded its modules, or has ended before. */
  ready(): Promise<void>;
  /** @throws MillraceError MR_QUERY_TOO_BIG or MR_QUERY_LOST where the thread died, MR_STOPPING */
  run(task: QueryTask): Promise<QueryReply>;
  /** Ends them, or gives them back; none may be at work. */
  close(): Promise<void>;
}
