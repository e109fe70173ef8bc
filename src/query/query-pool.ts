import { assert } from '../../native-free-core/assert.js';
import { systemClock } from '../clock.js';
import type { QueryAnswer, QueryPort, QueryRequest } from '../http/ports.js';
import { AnswerCache } from './answer-cache.js';
import { Flight } from './flight.js';
import { HeavyShapes } from './heavy-shapes.js';
import { History, type HistoryVersions } from './history.js';
import type { InlineAnswer, InlineLane } from './inline-lane.js';
import { ANSWER_CACHE_BOUNDS, LIGHT_BUDGET_MS } from './limits.js';
import { type Borrowed, openInline, startThreads } from './pool-parts.js';
import { QueryCounters } from './query-counters.js';
import { type Lane, QueryLanes } from './query-lanes.js';
import { answerOf, isRefusal, stopping, tooManyQueries } from './query-outcome.js';
import type { QueryPoolOptions } from './query-pool-options.js';
import { type QueryReport, queryReport } from './query-report.js';
import type { QueryReply, QueryTask, QueryWorkerData } from './query-task.js';
import { queryTimeout } from './stop-check.js';
import type { ThreadSlots } from './thread-slots.js';

/**
 * Answers queries on threads (QueryThreads). At most QUEUE_PER_THREAD wait for each thread, further ones are refused
 * at once. A query whose client went away is told so through a word of shared memory and stops by itself: a thread is
 * never terminated while it works, because it holds read transactions of LMDB. One that dies by itself fails the query that it
 * worked on; those that wait go on with the next.
 *
 * Who asks what somebody asked already, to the letter, waits for the same answer: of a query that has not begun to run, or,
 * about the past, of one that runs, while the past is what it was when it began. So everybody still sees everything that was
 * acknowledged before they asked. A query stops when the last who waited for it has gone. Answers about the past are
 * kept (AnswerCache). docs/adr/0010-answers-about-the-past.md has the reasons.
 */
export class QueryPool implements QueryPort {
  readonly counters = new QueryCounters();
  readonly #data: QueryWorkerData;
  readonly #options: QueryPoolOptions;
  readonly #threads: ThreadSlots;
  readonly #isBorrower: boolean;
  readonly #timeoutMs: number;
  readonly #onDamaged: (place: string) => void;
  readonly #lightBudgetMs: number;
  readonly #lanes: QueryLanes<Flight>;
  /** The youngest flight of each request that somebody may still join. */
  readonly #flights = new Map<string, Flight>();
  readonly #running = new Set<Promise<void>>();
  readonly #cache: AnswerCache<HistoryVersions>;
  readonly #history: History;
  readonly #heavy = new HeavyShapes();
  readonly #inline: InlineLane | undefined;
  #lastTicket = 0;
  #isClosing = false;

  constructor(data: QueryWorkerData, options: QueryPoolOptions, borrowed?: Borrowed) {
    const { timeoutMs, onDamaged = () => {}, lightBudgetMs = LIGHT_BUDGET_MS } = options;
    const { cacheBytesMax = ANSWER_CACHE_BOUNDS.bytesMax } = options;
    this.#data = data;
    this.#options = options;
    this.#isBorrower = borrowed !== undefined;
    this.#cache = new AnswerCache({ ...ANSWER_CACHE_BOUNDS, bytesMax: cacheBytesMax });
    this.#timeoutMs = timeoutMs;
    this.#onDamaged = onDamaged;
    this.#lightBudgetMs = lightBudgetMs;
    this.#lanes = new QueryLanes(options.threads);
    this.#history = new History(data.memories);
    this.#inline = borrowed === undefined ? openInline(data, options) : borrowed.inline;
    this.#threads = borrowed?.threads ?? startThreads(data, options, this.counters);
  }

  /**
   * A pool over the same data, threads and memory of the past, whose queries are neither counted nor kept here. To be closed before
   * this one.
   */
  openBeside(): QueryPool {
    const { threads, timeoutMs, onDamaged = () => {} } = this.#options;
    // What is damaged is told once by each thread, so it is told here whoever finds it.
    const tell = (place: string): void => {
      this.counters.damaged++;
      onDamaged(place);
    };
    assert(!this.#isBorrower, 'threads that are lent are not lent again');
    const borrowed = { threads: this.#threads.lend(), inline: this.#inline };
    return new QueryPool(this.#data, { threads, timeoutMs, cacheBytesMax: 0, onDamaged: tell }, borrowed);
  }

  /** Waits until every thread can answer, or has failed to start; for a bounded time. */
  ready(): Promise<void> {
    return this.#threads.ready();
  }

  /**
   * The answer of what is kept, or small enough to be found on this thread at once; undefined: `run` has to be asked.
   * @throws MillraceError for what is no answer
   */
  answerNow(request: QueryRequest): QueryAnswer | undefined {
    if (this.#isClosing) return undefined;
    const startMs = systemClock.monotonicMs();
    const kept = this.#kept(request, startMs);
    if (kept !== undefined) return kept;
    let found: InlineAnswer | undefined;
    try {
      found = this.#inline?.tryAnswer(request);
    } catch (error) {
      if (isRefusal(error)) this.counters.answered++;
      else this.counters.failed++;
      throw error;
    }
    if (found === undefined) return undefined;
    this.#countFound(found);
    this.counters.inline++;
    this.#answered(startMs);
    return found.answer;
  }

  /**
   * The answer of a query thread; for those who have asked `answerNow`.
   * @throws MillraceError MR_BUSY, MR_STOPPING, MR_QUERY_TIMEOUT, MR_QUERY_LOST or what the query met; the signal's reason
   */
  async run(request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer> {
    if (signal.aborted) throw this.#abortReason(signal);
    if (this.#isClosing) throw stopping();
    const { counters } = this;
    const startMs = systemClock.monotonicMs();
    const key = JSON.stringify(request);
    const flight = this.#joinable(key) ?? this.#begin(key, request);
    try {
      const answer = answerOf(await this.#wait(flight, signal));
      this.#answered(startMs);
      return answer;
    } catch (error) {
      if (signal.aborted) counters.cancelled++;
      else if (isRefusal(error)) counters.answered++;
      else counters.failed++;
      throw error;
    }
  }

  /** Cancels what runs, waits for it for a bounded time, and ends the threads. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#threads.cancelAll();
    await this.#threads.close();
    // What still waits in a lane is refused by the threads as soon as it is handed out, and lands.
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    if (!this.#isBorrower) await this.#inline?.close();
  }

  report(): QueryReport {
    return queryReport(this.#threads, this.#lanes.waiting, this.counters, this.#cache);
  }

  /** An answer that is kept, where one is still true. */
  #kept(request: QueryRequest, startMs: number): QueryAnswer | undefined {
    if (this.#cache.entries === 0) return undefined;
    const key = JSON.stringify(request);
    const kept = this.#cache.get(key, (versions) => this.#history.isCurrent(versions), startMs);
    if (kept === undefined) return undefined;
    this.counters.cached++;
    this.#answered(startMs);
    return kept;
  }

  #answered(startMs: number): void {
    this.counters.answered++;
    this.counters.latencyMs.record(systemClock.monotonicMs() - startMs);
  }

  /** A flight whose answer is going to be as good as that of one that begins now. */
  #joinable(key: string): Flight | undefined {
    const flight = this.#flights.get(key);
    if (flight === undefined) return undefined;
    const { isRunning, versions } = flight;
    if (isRunning && (versions === undefined || !this.#history.isCurrent(versions))) return undefined;
    this.counters.coalesced++;
    return flight;
  }

  #begin(key: string, request: QueryRequest): Flight {
    const { counters } = this;
    const slot = this.#threads.take();
    if (slot === undefined) {
      counters.refused++;
      throw tooManyQueries(counters.inFlight);
    }
    counters.inFlightMax = Math.max(counters.inFlightMax, ++counters.inFlight);
    const flight = new Flight(key, request, slot, this.#nextTicket());
    flight.isHeavy = this.#heavy.isHeavy(request);
    this.#flights.set(key, flight);
    this.#lanes.push(flight);
    this.#dispatch();
    return flight;
  }

  /** Lets as many run as there are threads for. */
  #dispatch(): void {
    for (let next = this.#lanes.next(); next !== undefined; next = this.#lanes.next()) {
      const running: Promise<void> = this.#fly(next.query, next.lane).finally(() => {
        this.#running.delete(running);
      });
      this.#running.add(running);
    }
  }

  /** Runs a flight on a thread, to its end, also when nobody waits for it any more; only then its slot is free. */
  async #fly(flight: Flight, lane: Lane): Promise<void> {
    const { request, slot, ticket } = flight;
    flight.isRunning = true;
    flight.versions =
      request.endMs === undefined || request.isTraced === true
        ? undefined
        : this.#history.versionsBefore(request.endMs);
    const budgetMs = lane === 'light' ? this.#lightBudgetMs : Number.POSITIVE_INFINITY;
    const task: QueryTask = { request, slot, ticket, timeoutMs: this.#timeoutMs, budgetMs };
    const startMs = systemClock.monotonicMs();
    let reply: QueryReply | undefined;
    let failure: unknown;
    try {
      reply = await this.#threads.run(task);
      this.#countFound(reply);
      this.#learn(request, reply, systemClock.monotonicMs() - startMs);
    } catch (error) {
      failure = error;
    }
    this.#lanes.ended(lane);
    if (reply?.outcome.kind === 'yielded' && flight.callers > 0) {
      this.counters.yielded++;
      flight.isRunning = false;
      this.#lanes.giveBack(flight);
    } else this.#land(flight, reply, failure);
    this.#dispatch();
  }

  /** How long one would have taken that was cancelled nobody knows. */
  #learn(request: QueryRequest, { outcome, reads }: QueryReply, tookMs: number): void {
    const isWhole = outcome.kind !== 'cancelled';
    const isHeavy = tookMs > this.#lightBudgetMs;
    if (isWhole || isHeavy) this.#heavy.learn(request, isHeavy);
    this.#inline?.learn(request, reads, isWhole ? tookMs : Number.POSITIVE_INFINITY);
  }

  #countFound({ points, damaged }: Pick<QueryReply, 'points' | 'damaged'>): void {
    this.counters.points += points;
    this.counters.damaged += damaged.length;
    for (const place of damaged) this.#onDamaged(place);
  }

  #land(flight: Flight, reply: QueryReply | undefined, failure: unknown): void {
    this.#forget(flight);
    this.#threads.giveBack(flight.slot);
    this.counters.inFlight--;
    if (reply === undefined) return flight.fail(failure);
    const { versions, key } = flight;
    if (reply.outcome.kind === 'answer' && versions !== undefined) {
      this.#cache.put(key, reply.outcome.answer, versions, systemClock.monotonicMs());
    }
    flight.land(reply);
  }

  #forget(flight: Flight): void {
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
  }

  /** The last who waited for it has gone. */
  #abandon(flight: Flight): void {
    this.#forget(flight);
    if (flight.isRunning) this.#threads.cancel(flight.slot, flight.ticket);
    else {
      this.#lanes.remove(flight);
      this.#threads.giveBack(flight.slot);
      this.counters.inFlight--;
    }
  }

  #wait(flight: Flight, signal: AbortSignal): Promise<QueryReply> {
    flight.callers++;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (--flight.callers === 0) this.#abandon(flight);
        reject(this.#abortReason(signal));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      flight.reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
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
