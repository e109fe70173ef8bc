import { Piscina } from 'piscina';
import { systemClock } from '../clock.js';
import { MillraceError } from '../errors.js';
import type { QueryAnswer, QueryPort, QueryRequest } from '../http/ports.js';
import { type LatencyReport, latencyReport } from '../operator/latency-report.js';
import { BUSY_RETRY_MS, QUEUE_PER_THREAD } from './limits.js';
import { QueryCounters } from './query-counters.js';
import {
  ALL_TICKETS,
  type QueryReply,
  type QueryTask,
  type QueryThreadData,
  type QueryWorkerData,
} from './query-task.js';
import { queryTimeout } from './stop-check.js';

/**
 * Answers queries on threads of a Piscina pool. At most QUEUE_PER_THREAD wait for each thread, further ones are refused
 * at once. A query whose client went away is told so through a word of shared memory and stops by itself: a thread is
 * never terminated while it works, because it holds read transactions of LMDB.
 */
export class QueryPool implements QueryPort {
  readonly counters = new QueryCounters();
  readonly #piscina: Piscina;
  readonly #threads: number;
  readonly #timeoutMs: number;
  readonly #onDamaged: (place: string) => void;
  readonly #cancelled: Int32Array;
  /** Slots of `#cancelled` that no task has. */
  readonly #freeSlots: number[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #lastTicket = 0;
  #isClosing = false;

  /**
   * @param timeoutMs how long a query may run; its caller's signal may end it sooner
   * @param onDamaged is told of each damaged place that a query met and passed over
   */
  constructor(
    data: QueryWorkerData,
    threads: number,
    timeoutMs: number,
    onDamaged: (place: string) => void = () => {},
  ) {
    const slots = threads * (QUEUE_PER_THREAD + 1);
    const cancelled = new SharedArrayBuffer(slots * 4);
    this.#cancelled = new Int32Array(cancelled);
    for (let slot = slots - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
    this.#threads = threads;
    this.#timeoutMs = timeoutMs;
    this.#onDamaged = onDamaged;
    this.#piscina = new Piscina({
      filename: new URL('./query-worker.js', import.meta.url).href,
      name: 'runQuery',
      minThreads: threads,
      maxThreads: threads,
      maxQueue: slots,
      concurrentTasksPerWorker: 1,
      // A thread that sleeps in Atomics.wait never turns its event loop, and lmdb's timers would pile up in it.
      atomics: 'disabled',
      workerData: { ...data, cancelled } satisfies QueryThreadData,
    });
  }

  /**
   * Waits until every thread has loaded its modules. A thread that is ended before that can take the process with it
   * (Node 20.20: "IsGraphAsync must be used on an instantiated module"), so no start may fail earlier.
   */
  async ready(): Promise<void> {
    await Promise.all(
      Array.from({ length: this.#threads }, () => this.#piscina.run(undefined, { name: 'ping' })),
    );
  }

  /** @throws MillraceError MR_BUSY, MR_STOPPING, MR_QUERY_TIMEOUT or what the query met; the signal's reason */
  async run(request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer> {
    if (signal.aborted) throw this.#abortReason(signal);
    if (this.#isClosing) throw new MillraceError('MR_STOPPING', 'The server is stopping.');
    const slot = this.#freeSlots.pop();
    if (slot === undefined) throw this.#busy();
    const startMs = systemClock.monotonicMs();
    const { counters } = this;
    counters.inFlightMax = Math.max(counters.inFlightMax, ++counters.inFlight);
    const task: QueryTask = { request, slot, ticket: this.#nextTicket(), timeoutMs: this.#timeoutMs };
    const reply = this.#reply(task);
    try {
      const answer = answerOf(await this.#unlessAborted(reply, signal, task));
      counters.answered++;
      counters.latencyMs.record(systemClock.monotonicMs() - startMs);
      return answer;
    } catch (error) {
      if (signal.aborted) counters.cancelled++;
      else if (isRefusal(error)) counters.answered++;
      else counters.failed++;
      throw error;
    }
  }

  /** Cancels what runs, waits for it, and ends the threads. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelled.fill(ALL_TICKETS);
    await Promise.allSettled(this.#running);
    await this.#piscina.destroy();
  }

  /** What an operator sees of the query side. */
  report(): QueryReport {
    const { answered, refused, cancelled, failed, inFlight, inFlightMax, points, damaged, latencyMs } =
      this.counters;
    return {
      threads: this.#piscina.threads.length,
      answered,
      refused,
      cancelled,
      failed,
      in_flight: inFlight,
      in_flight_max: inFlightMax,
      points_decoded: points,
      damaged_places: damaged,
      latency: latencyReport(latencyMs),
    };
  }

  #busy(): MillraceError {
    this.counters.refused++;
    const waiting = this.counters.inFlight;
    return new MillraceError(
      'MR_BUSY',
      `${waiting} queries are waiting, which is the most. Try again in a moment.`,
      {
        retryAfterMs: BUSY_RETRY_MS,
      },
    );
  }

  /** Runs the task to its end, also when nobody waits for it any more; only then its slot is free. */
  async #reply(task: QueryTask): Promise<QueryReply> {
    const running = this.#piscina.run(task) as Promise<QueryReply>;
    this.#running.add(running);
    try {
      const reply = await running;
      this.counters.points += reply.points;
      this.counters.damaged += reply.damaged.length;
      for (const place of reply.damaged) this.#onDamaged(place);
      return reply;
    } finally {
      this.#running.delete(running);
      this.#freeSlots.push(task.slot);
      this.counters.inFlight--;
    }
  }

  #unlessAborted(reply: Promise<QueryReply>, signal: AbortSignal, task: QueryTask): Promise<QueryReply> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        Atomics.store(this.#cancelled, task.slot, task.ticket);
        reject(this.#abortReason(signal));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  #abortReason(signal: AbortSignal): unknown {
    const { reason } = signal;
    return reason instanceof Error && reason.name === 'TimeoutError' ? queryTimeout(this.#timeoutMs) : reason;
  }

  #nextTicket(): number {
    this.#lastTicket = this.#lastTicket >= TICKET_MAX ? 1 : this.#lastTicket + 1;
    return this.#lastTicket;
  }
}

const TICKET_MAX = 2 ** 31 - 1;

/** What an operator sees of the query side. */
export interface QueryReport {
  threads: number;
  answered: number;
  refused: number;
  cancelled: number;
  failed: number;
  in_flight: number;
  in_flight_max: number;
  points_decoded: number;
  damaged_places: number;
  latency: LatencyReport;
}

/** Whether the query was answered, only not with what was asked for: the metric is unknown, the range too large. */
function isRefusal(error: unknown): boolean {
  return error instanceof MillraceError && error.status < 500 && error.code !== 'MR_BUSY';
}

function answerOf({ outcome }: QueryReply): QueryAnswer {
  if (outcome.kind === 'answer') return outcome.answer;
  if (outcome.kind === 'cancelled') throw new MillraceError('MR_STOPPING', 'The server is stopping.');
  throw new MillraceError(outcome.code, outcome.detail, outcome.details);
}
