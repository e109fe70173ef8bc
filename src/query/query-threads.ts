import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { assert } from '../../native-free-core/assert.js';
import { systemClock } from '../clock.js';
import { errorText, MillraceError } from '../errors.js';
import { EmptyQueue } from './empty-queue.js';
import {
  QUEUE_PER_THREAD,
  RESTARTED_THREAD_MS,
  RESTARTED_THREAD_MS_MAX,
  STARTING_RETRY_MS,
  THREADS_CLOSE_MS_MAX,
  THREADS_LOOK_MS,
  THREADS_READY_MS_MAX,
} from './limits.js';
import { isOutOfMemory, outOfMemory, stopping } from './query-outcome.js';
import type { QueryReply, QueryTask, QueryThreadData, QueryWorkerData } from './query-task.js';

export interface QueryThreadsOptions {
  threads: number;
  /** What a thread may have of JavaScript's own memory, MiB; not said: what Node gives it. */
  heapMibMax?: number;
  /** How long `ready` waits, ms; THREADS_READY_MS_MAX where it isn't said. */
  readyMsMax?: number;
  /** A thread has ended that should not have; another takes its place. */
  onLost(): void;
  /** Why one has, where that is known. */
  onFailure(detail: string): void;
  /** One died without a query's doing, or none can be started: so many are missing, and are started after so long. */
  onMissing(missing: number, waitMs: number): void;
  /** None is missing any more. */
  onWhole(): void;
}

/** A task that no thread is free for yet. */
interface Waiting {
  task: QueryTask;
  resolve(reply: QueryReply): void;
  reject(error: unknown): void;
}

/**
 * The threads that answer queries: a Piscina pool. One that dies (out of memory, an exception that nobody caught) takes the query with it that
 * it worked on, whose callers are told so, and nothing else: it writes no shared memory, and the system gives its places among LMDB's
 * readers back.
 *
 * Which threads are started and when is decided here alone. Left to itself the pool starts none for one that died before it was of use, and one
 * after the other, without a pause, for those that die as soon as they are; and where the system has no thread to give, it throws where nobody
 * can catch it. So it keeps none by itself (`minThreads`), and is given a task only when a thread is free, since it starts threads for tasks too.
 * A thread that dies at work is replaced at once: the query was the reason. One that dies without is replaced after a
 * while, a longer one each time.
 *
 * A thread is never ended from here while it works, or before it has loaded its modules, which can take the process with it (Node 20.20:
 * "IsGraphAsync must be used on an instantiated module"), unless `close` has waited for it for too long. A query is
 * cancelled through `cancelled`, one Int32 a slot (QueryThreadData).
 */
export class QueryThreads {
  /** Tasks that may be under way or wait at once, of the threads' own pool; as many again for one that borrows them. */
  readonly slots: number;
  /** One word a slot, the borrower's behind the others: the ticket of the task in it that is cancelled. */
  readonly cancelled: Int32Array;
  readonly #piscina: Piscina;
  readonly #options: QueryThreadsOptions;
  /** Those that have loaded their modules. */
  readonly #loaded = new WeakSet<Worker>();
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  #atWork = 0;
  #isClosed = false;
  /** A query was lost since the threads were counted last. */
  #hasLostQuery = false;
  #isMissing = false;
  /** When the last of the threads was there, ms of the monotonic clock. */
  #wholeSinceMs = 0;
  #waitMs = RESTARTED_THREAD_MS;
  readonly #readyMsMax: number;
  #recount: NodeJS.Immediate | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(data: QueryWorkerData, options: QueryThreadsOptions) {
    const { threads, heapMibMax, readyMsMax = THREADS_READY_MS_MAX } = options;
    this.#options = options;
    this.#readyMsMax = readyMsMax;
    this.slots = threads * (QUEUE_PER_THREAD + 1);
    const cancelled = new SharedArrayBuffer(2 * this.slots * 4);
    this.cancelled = new Int32Array(cancelled);
    this.#piscina = new Piscina({
      filename: new URL('./query-worker.js', import.meta.url).href,
      name: 'runQuery',
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      taskQueue: new EmptyQueue(),
      concurrentTasksPerWorker: 1,
      // A thread that sleeps in Atomics.wait never turns its event loop, and lmdb's timers would pile up in it.
      atomics: 'disabled',
      workerData: { ...data, cancelled } satisfies QueryThreadData,
      ...(heapMibMax === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMibMax } }),
    });
    this.#piscina.on('workerCreate', ({ id }: { id: number }) => this.#onLoaded(id));
    this.#piscina.on('workerDestroy', () => this.#onEnded());
    // Of a thread that fails while it has nothing to do. Nobody waits for it, and unheard the event would end the process.
    this.#piscina.on('error', (error: unknown) => options.onFailure(errorText(error)));
    this.#fill();
  }

  /** Threads that can work. */
  get count(): number {
    return this.#piscina.threads.filter((thread) => this.#loaded.has(thread)).length;
  }

  get missing(): number {
    return this.#options.threads - this.count;
  }

  /**
   * Waits until every thread has loaded its modules, or has ended before; for a bounded time. What is asked while some have not waits for the others, and where there
   * are none for its own time.
   */
  async ready(): Promise<void> {
    const untilMs = systemClock.monotonicMs() + this.#readyMsMax;
    while (this.#starting > 0 && systemClock.monotonicMs() < untilMs) await sleep(THREADS_LOOK_MS);
    if (this.#starting === 0) return;
    this.#options.onFailure(
      `${this.#starting} of ${this.#options.threads} have not started within ${this.#readyMsMax} ms; queries wait for them`,
    );
  }

  /**
   * The answer of the next thread that is free.
   * @throws MillraceError MR_QUERY_TOO_BIG or MR_QUERY_LOST where the thread died, MR_STOPPING
   */
  async run(task: QueryTask): Promise<QueryReply> {
    if (this.#isClosed) throw stopping();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#handOut();
    });
  }

  /**
   * Ends them. Tasks that wait for a thread are refused; those that run, and threads that start, are waited for, for a bounded time. Whoever calls has
   * told them that they are cancelled.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    clearImmediate(this.#recount);
    for (const { reject } of this.#waiting.splice(0)) reject(stopping());
    const untilMs = systemClock.monotonicMs() + THREADS_CLOSE_MS_MAX;
    while (this.#atWork + this.#starting > 0 && systemClock.monotonicMs() < untilMs)
      await sleep(THREADS_LOOK_MS);
    if (this.#atWork + this.#starting > 0) {
      this.#options.onFailure(
        `${this.#atWork} queries and ${this.#starting} starts of threads did not end within ${THREADS_CLOSE_MS_MAX} ms and are cut off`,
      );
    }
    // A thread that the system does not let go must not hold up those who stop behind this.
    await Promise.race([this.#piscina.destroy(), sleep(THREADS_CLOSE_MS_MAX, undefined, { ref: false })]);
  }

  get #starting(): number {
    return this.#piscina.threads.length - this.count;
  }

  #handOut(): void {
    while (this.#piscina.idleThreads > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#answer(next.task).then(next.resolve, next.reject);
    }
  }

  async #answer(task: QueryTask): Promise<QueryReply> {
    try {
      return (await this.#onThread(task, 'runQuery')) as QueryReply;
    } catch (error) {
      if (this.#isClosed) throw stopping();
      this.#hasLostQuery = true;
      this.#options.onFailure(
        `${errorText(error)}, while it answered a query of the kind ${task.request.kind}`,
      );
      throw isOutOfMemory(error) ? outOfMemory() : lost(error);
    }
  }

  /** Has a thread that is free do something. */
  async #onThread(task: QueryTask | undefined, name: 'runQuery' | 'ping'): Promise<unknown> {
    assert(this.#piscina.idleThreads > 0, 'a task is handed to threads none of which is free');
    this.#atWork++;
    try {
      return await this.#piscina.run(task, { name });
    } finally {
      this.#atWork--;
      this.#handOut();
    }
  }

  #onLoaded(id: number): void {
    const thread = this.#piscina.threads.find(({ threadId }) => threadId === id);
    if (thread !== undefined) this.#loaded.add(thread);
    if (this.missing === 0) {
      this.#wholeSinceMs = systemClock.monotonicMs();
      if (this.#isMissing) this.#options.onWhole();
      this.#isMissing = false;
    }
    // The pool counts it among those that are free behind this event.
    queueMicrotask(() => this.#handOut());
  }

  #onEnded(): void {
    if (this.#isClosed) return;
    this.#options.onLost();
    // Then the pool has forgotten it, and whoever waited for it knows.
    this.#recount ??= setImmediate(() => {
      this.#recount = undefined;
      this.#replace();
    });
  }

  #replace(): void {
    const wasAtWork = this.#hasLostQuery;
    this.#hasLostQuery = false;
    if (wasAtWork) this.#fill();
    else this.#fillLater();
  }

  #fillLater(): void {
    if (this.#isClosed || this.#restart !== undefined) return;
    const nowMs = systemClock.monotonicMs();
    const wasWhole = !this.#isMissing && nowMs - this.#wholeSinceMs > RESTARTED_THREAD_MS_MAX;
    if (wasWhole) this.#waitMs = RESTARTED_THREAD_MS;
    this.#isMissing = true;
    this.#options.onMissing(this.missing, this.#waitMs);
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#fill();
    }, this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, RESTARTED_THREAD_MS_MAX);
  }

  /** Starts as many threads as there should be. */
  #fill(): void {
    if (this.#isClosed) return;
    // The pool starts a thread for a task that it has none free for, so those that are free get something to do first.
    for (let idle = this.#piscina.idleThreads; idle > 0; idle--) {
      this.#onThread(undefined, 'ping').catch(() => {});
    }
    try {
      for (let more = this.#options.threads - this.#piscina.threads.length; more > 0; more--) this.#start();
    } catch (error) {
      this.#options.onFailure(`it could not be started: ${errorText(error)}`);
      this.#fillLater();
    }
  }

  /** Starts a thread while none is free: by a task that EmptyQueue forgets. @throws what the system says */
  #start(): void {
    this.#piscina.run(undefined, { name: 'ping' }).catch(() => {});
  }
}

const lost = (cause: unknown): MillraceError =>
  new MillraceError(
    'MR_QUERY_LOST',
    'The thread that worked on the query failed, and another takes its place. Try again; if it happens again, ask for a shorter range or fewer series, and report it with the log.',
    { retryAfterMs: STARTING_RETRY_MS, cause },
  );
