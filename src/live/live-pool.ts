import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { errorText } from '../errors.js';
import type { Logger } from '../log.js';
import type { LiveData, LiveNews, LiveOrder, LiveTask } from './live-task.js';

/** First wait before a crashed thread is started again, ms; doubled up to the second. */
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 5_000;

export interface LivePoolHooks {
  onNews(news: LiveNews): void;
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
    this.#ended = this.#supervise(RESTART_MS_MIN);
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

  async #supervise(waitMs: number): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (news: LiveNews[]) => {
      for (const each of news) this.#hooks.onNews(each);
    });
    try {
      const task: LiveTask = { ...this.#data, port: port2 };
      await this.#piscina.run(task, { transferList: [port2] });
    } catch (error) {
      if (this.#isStopping) return;
      this.#log.error({ detail: errorText(error) }, 'live push failed and is started again');
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.#isStopping) return;
      const next = this.#supervise(Math.min(waitMs * 2, RESTART_MS_MAX));
      this.#hooks.onRestart();
      await next;
    } finally {
      port1.close();
    }
  }
}
