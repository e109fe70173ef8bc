import { Piscina } from 'piscina';
import { errorText, MillraceError } from '../errors.js';
import {
  QUEUE_PER_THREAD,
  RESTARTED_THREAD_MS,
  RESTARTED_THREAD_MS_MAX,
  STARTING_RETRY_MS,
} from './limits.js';
import { isOutOfMemory, outOfMemory } from './query-outcome.js';
import type { QueryReply, QueryTask, QueryThreadData, QueryWorkerData } from './query-task.js';

export interface QueryThreadsOptions {
  threads: number;
  /** What a thread may have of JavaScript's own memory, MiB; not said: what Node gives it. */
  heapMibMax?: number;
  /** A thread has ended that should not have; another takes its place. */
  onLost(): void;
  /** Why one has, where that is known. */
  onFailure(detail: string): void;
}

/**
 * The threads that answer queries: a Piscina pool that always has so many. One that dies (out of memory, an exception that nobody caught)
 * takes the query with it that it worked on, whose callers are told so, and nothing else: it writes no shared memory, and the
 * system gives its places among LMDB's readers back.
 *
 * A thread is never ended from here while it works. A query is cancelled through `cancelled`, one Int32 a slot (QueryThreadData).
 */
export class QueryThreads {
  readonly slots: number;
  readonly cancelled: Int32Array;
  readonly #piscina: Piscina;
  readonly #options: QueryThreadsOptions;
  #isClosed = false;
  #waitMs = RESTARTED_THREAD_MS;
  #restart: NodeJS.Timeout | undefined;

  constructor(data: QueryWorkerData, options: QueryThreadsOptions) {
    const { threads, heapMibMax } = options;
    this.#options = options;
    this.slots = threads * (QUEUE_PER_THREAD + 1);
    const cancelled = new SharedArrayBuffer(this.slots * 4);
    this.cancelled = new Int32Array(cancelled);
    this.#piscina = new Piscina({
      filename: new URL('./query-worker.js', import.meta.url).href,
      name: 'runQuery',
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      // A thread that sleeps in Atomics.wait never turns its event loop, and lmdb's timers would pile up in it.
      atomics: 'disabled',
      workerData: { ...data, cancelled } satisfies QueryThreadData,
      ...(heapMibMax === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMibMax } }),
    });
    this.#piscina.on('workerDestroy', () => this.#onEnded());
    this.#piscina.on('workerCreate', () => {
      this.#waitMs = RESTARTED_THREAD_MS;
    });
    // Of a thread that fails while it has nothing to do. Nobody waits for it, and unheard the event would end the process.
    this.#piscina.on('error', (error: unknown) => options.onFailure(errorText(error)));
  }

  get count(): number {
    return this.#piscina.threads.length;
  }

  /**
   * Waits until every thread has loaded its modules. A thread that is ended before that can take the process with it
   * (Node 20.20: "IsGraphAsync must be used on an instantiated module"), so no start may fail earlier.
   */
  async ready(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.threads }, () => this.#ping()));
  }

  /** @throws MillraceError MR_QUERY_TOO_BIG or MR_QUERY_LOST where the thread died */
  async run(task: QueryTask): Promise<QueryReply> {
    try {
      return (await this.#piscina.run(task)) as QueryReply;
    } catch (error) {
      this.#options.onFailure(
        `${errorText(error)}, while it answered a query of the kind ${task.request.kind}`,
      );
      throw isOutOfMemory(error) ? outOfMemory() : lost(error);
    }
  }

  /** Ends them; none may be at work. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    await this.#piscina.destroy();
  }

  /**
   * The pool starts a thread for one that ends, but not for one that ends before it has begun to work: that may happen again
   * and again. A task has it try.
   */
  #onEnded(): void {
    if (this.#isClosed) return;
    this.#options.onLost();
    if (this.#restart !== undefined) return;
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      if (this.count < this.#options.threads) this.#ping().catch(() => {});
    }, this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, RESTARTED_THREAD_MS_MAX);
  }

  #ping(): Promise<void> {
    return this.#piscina.run(undefined, { name: 'ping' });
  }
}

const lost = (cause: unknown): MillraceError =>
  new MillraceError(
    'MR_QUERY_LOST',
    'The thread that worked on the query failed, and another takes its place. Try again; if it happens again, ask for a shorter range or fewer series, and report it with the log.',
    { retryAfterMs: STARTING_RETRY_MS, cause },
  );
