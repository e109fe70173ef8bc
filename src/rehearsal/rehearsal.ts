import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.js';
import { errorText } from '../errors.js';
import type { QueryPort } from '../http/ports.js';
import type { Logger } from '../log.js';
import { Conduct, PACE_FAST, PACE_SLOW, PACE_STOP } from './conduct.js';
import { ConductedQueries } from './conducted-queries.js';
import {
  BUSY_POINTS_PER_S,
  BUSY_REQUESTS_PER_S,
  LOOK_MS,
  QUIET_MS,
  STOP_MS_MAX,
  WAIT_MS_MAX,
} from './limits.js';
import type { RehearsalNews, RehearsalTask } from './rehearsal-task.js';

/** What the engine has done so far. */
export interface Traffic {
  /** Points taken. */
  points: number;
  /** Requests that came. */
  requests: number;
  /** Points in blocks. */
  stored: number;
}

export interface RehearsalOptions {
  /** Queries that nobody counts. */
  openQueries(): QueryPort & { close(): Promise<void> };
  /** Serves the calls that read to this machine alone. */
  serve(query: QueryPort): Promise<{ port: number; close(drainMs: number): Promise<void> }>;
  traffic(): Traffic;
  clock: Clock;
  log: Logger;
}

/**
 * Behind a start the engine asks itself what users are going to ask, so that the first of them finds code that is compiled, and its data
 * remembered: their answers took ten times as long otherwise. The questions go the whole way, from a socket over the query threads
 * and back, about what is stored; nothing of it is counted. It begins once something is stored and nobody sends much or asks, goes slow when
 * somebody does, and ends by itself. docs/adr/0015-rehearsal.md has the reasons.
 */
export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #conduct = new Conduct();
  #timer: NodeJS.Timeout | undefined;
  #seen: Traffic;
  /** Since when there is something to ask about, and when the engine was busy last, ms of the monotonic clock. */
  #storedMs: number | undefined;
  #busyMs: number;
  #running: Promise<void> | undefined;
  #worker: Worker | undefined;

  constructor(options: RehearsalOptions) {
    this.#options = options;
    this.#busyMs = options.clock.monotonicMs();
    this.#seen = options.traffic();
  }

  /** Begins once the engine is quiet. */
  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Ends it, also in the middle. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#conduct.pace = PACE_STOP;
    const last = setTimeout(() => void this.#worker?.terminate(), STOP_MS_MAX);
    await this.#running;
    clearTimeout(last);
  }

  #look(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const { points, requests, stored } = this.#options.traffic();
    const isBusy =
      points - this.#seen.points > (BUSY_POINTS_PER_S * LOOK_MS) / 1_000 ||
      requests - this.#seen.requests > (BUSY_REQUESTS_PER_S * LOOK_MS) / 1_000;
    this.#seen = { points, requests, stored };
    if (isBusy) this.#busyMs = nowMs;
    if (stored > 0) this.#storedMs ??= nowMs;
    this.#conduct.pace = isBusy ? PACE_SLOW : PACE_FAST;
    if (this.#running !== undefined || this.#storedMs === undefined) return;
    if (nowMs - this.#busyMs < QUIET_MS && nowMs - this.#storedMs < WAIT_MS_MAX) return;
    this.#running = this.#run().finally(() => clearInterval(this.#timer));
  }

  async #run(): Promise<void> {
    const { clock, log, openQueries, serve } = this.#options;
    const startMs = clock.monotonicMs();
    const queries = openQueries();
    try {
      const server = await serve(new ConductedQueries(queries, this.#conduct));
      try {
        const asked = await this.#ask(server.port);
        if (asked !== undefined)
          log.info({ ...asked, durationMs: clock.monotonicMs() - startMs }, 'rehearsed');
      } finally {
        await server.close(0);
      }
    } catch (error) {
      // The first answers take longer; nothing else is lost.
      log.warn({ detail: errorText(error) }, 'the rehearsal ended early');
    } finally {
      await queries.close();
    }
  }

  /** What was asked; undefined where the thread was ended before it said so. */
  #ask(port: number): Promise<RehearsalNews | undefined> {
    const task: RehearsalTask = { port, conduct: this.#conduct.memory };
    const worker = new Worker(new URL('./rehearsal-worker.js', import.meta.url), { workerData: task });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let asked: RehearsalNews | undefined;
      worker.on('message', (news: RehearsalNews) => {
        asked = news;
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve(asked));
    });
  }
}
