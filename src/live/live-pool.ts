import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { systemClock } from '../clock.js';
import { errorText } from '../errors.js';
import type { Logger } from '../log.js';
import type { LiveData, LiveNews, LiveOrder, LiveTask } from './live-task.js';

/** First wait before a crashed thread is started again, ms; doubled up to the second, and anew once one has lived for the third. */
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 5_000;
const HEALTHY_MS = 60_000;

export interface LivePoolHooks {
  onNews(news: readonly LiveNews[]): void;
  /** The thread was started again and knows of no feed. */
  onRestart(): void;
}

/** Runs the live thread as a never-ending task of a Piscina pool, and starts it again when it crashes. */
export class LivePool {
  readonly #piscina: Piscina;
  readonly #data: LiveData;
  readonly #hooks: LivePoolHooks;
  readonly #log: Logger;
  #port: MessagePort | undefined;
  #ended: Promise<void> | undefined;
  #isStopping = false;

  constructor(data: LiveData, hooks: LivePoolHooks, log: Logger) {
    this.#data = data;
    this.#hooks = hooks;
    this.#log = log;
    this.#piscina = new Piscina({
      filename: new URL('./live-worker.js', import.meta.url).href,
      name: 'runLive',
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      // The thread has to turn its event loop, for its timer and its port.
      atomics: 'disabled',
    });
  }

  /** Starts the thread; resolves when its modules are loaded. */
  async start(): Promise<void> {
    await this.#piscina.run(undefined, { name: 'ping' });
    this.#ended = this.#supervise();
  }

  send(order: LiveOrder): void {
    this.#port?.postMessage(order);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.send({ op: 'stop' });
    await this.#ended;
    await this.#piscina.destroy();
  }

  async #supervise(): Promise<void> {
    let waitMs = RESTART_MS_MIN;
    for (;;) {
      const startedMs = systemClock.monotonicMs();
      try {
        await this.#run();
        return;
      } catch (error) {
        if (this.#isStopping) return;
        this.#log.error({ detail: errorText(error) }, 'live push failed and is started again');
      }
      if (systemClock.monotonicMs() - startedMs > HEALTHY_MS) waitMs = RESTART_MS_MIN;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.#isStopping) return;
      waitMs = Math.min(waitMs * 2, RESTART_MS_MAX);
    }
  }

  /** Starts the task; resolves when it was told to stop, and rejects when it has failed. */
  async #run(): Promise<void> {
    const isFirst = this.#port === undefined;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (news: readonly LiveNews[]) => this.#hooks.onNews(news));
    const task: LiveTask = { ...this.#data, port: port2 };
    const ended = this.#piscina.run(task, { transferList: [port2] });
    if (!isFirst) this.#hooks.onRestart();
    try {
      await ended;
    } finally {
      // The thread may live on after a task that failed; it learns here that nobody hears it.
      port1.close();
    }
  }
}
