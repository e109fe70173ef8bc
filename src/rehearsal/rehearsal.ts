import type { Clock } from '../clock.js';
import { errorText } from '../errors.js';
import type { QueryPort } from '../http/ports.js';
import type { Logger } from '../log.js';
import { Conduct, PACE_FAST, PACE_SLOW, PACE_STOP } from './conduct.js';
import { ConductedQueries } from './conducted-queries.js';
import { ANSWERS_MS_MAX, BUSY_POINTS_PER_S, LOOK_MS, QUIET_MS, STOP_MS_MAX, WAIT_MS_MAX } from './limits.js';
import type { Asked, RehearsedServer } from './rehearsal-task.js';

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
  serve(query: QueryPort): Promise<RehearsedServer & { close(drainMs: number): Promise<void> }>;
  /** Asks the server until that is enough or the conduct says stop; what was asked, undefined where nobody said. */
  ask(server: RehearsedServer, conduct: Conduct): Promise<Asked | undefined>;
  traffic(): Traffic;
  clock: Clock;
  log: Logger;
}

/**
 * Behind a start the engine asks itself what users are going to ask, so that the first of them finds code that is compiled, and its data
 * remembered: their answers took several times as long otherwise. The questions go the whole way, from a socket over the query threads
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
  #closeServer: (() => Promise<void>) | undefined;

  constructor(options: RehearsalOptions) {
    this.#options = options;
    this.#busyMs = options.clock.monotonicMs();
    this.#seen = options.traffic();
  }

  /** Begins once the engine is quiet. */
  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Ends it, also in the middle, within a bounded time. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#conduct.pace = PACE_STOP;
    if (this.#running === undefined) return;
    // Its thread ends with the answers, and is not ended while it may be loading modules (see QueryThreads).
    const last = setTimeout(() => void this.#closeServer?.(), ANSWERS_MS_MAX);
    let waiting: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      waiting = setTimeout(resolve, STOP_MS_MAX, true);
    });
    const isLate = await Promise.race([this.#running.then(() => false), late]);
    clearTimeout(last);
    clearTimeout(waiting);
    if (isLate)
      this.#options.log.warn({ waitedMs: STOP_MS_MAX }, 'the rehearsal did not end with the engine');
  }

  #look(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const { points, requests, stored } = this.#options.traffic();
    const isBusy =
      points - this.#seen.points > (BUSY_POINTS_PER_S * LOOK_MS) / 1_000 || requests > this.#seen.requests;
    this.#seen = { points, requests, stored };
    if (isBusy) this.#busyMs = nowMs;
    if (stored > 0) this.#storedMs ??= nowMs;
    const isQuiet = nowMs - this.#busyMs >= QUIET_MS;
    this.#conduct.pace = isQuiet ? PACE_FAST : PACE_SLOW;
    if (this.#running !== undefined || this.#storedMs === undefined) return;
    if (!isQuiet && nowMs - this.#storedMs < WAIT_MS_MAX) return;
    this.#running = this.#run().finally(() => clearInterval(this.#timer));
  }

  /** Never rejects: the first answers take longer without it, and nothing else is lost. */
  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const startMs = clock.monotonicMs();
    try {
      const asked = await this.#perform();
      log.info({ ...asked, durationMs: clock.monotonicMs() - startMs }, 'rehearsed');
    } catch (error) {
      const isStopped = this.#conduct.pace === PACE_STOP;
      log[isStopped ? 'info' : 'warn']({ detail: errorText(error) }, 'the rehearsal ended early');
    }
  }

  async #perform(): Promise<Asked | undefined> {
    const queries = this.#options.openQueries();
    try {
      const server = await this.#options.serve(new ConductedQueries(queries, this.#conduct));
      this.#closeServer = () => server.close(0);
      try {
        return await this.#options.ask(server, this.#conduct);
      } finally {
        await server.close(0);
      }
    } finally {
      await queries.close();
    }
  }
}
