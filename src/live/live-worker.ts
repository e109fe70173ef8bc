import { systemClock } from '../clock.js';
import { QueryFindings } from '../query/query-findings.js';
import { seeShards } from '../query/seen-shards.js';
import type { ShardView } from '../query/shard-view.js';
import { LOOK_MS, REST_FACTOR, REST_MS_MAX } from './limits.js';
import { failure, LiveEngine } from './live-engine.js';
import type { LiveNews, LiveOrder, LiveTask } from './live-task.js';

/** How often figures are told, ms. */
const FIGURES_MS = 1_000;

/**
 * The never-ending task of the live thread: looks at the shards' open state a few dozen times a second while anybody
 * subscribes, and tells the socket thread what to say. It sleeps while nobody does.
 */
export function runLive({ port, ...data }: LiveTask): Promise<void> {
  let views: readonly ShardView[] = [];
  const findings = new QueryFindings();
  const engine = new LiveEngine(
    // Not before somebody asks: a shard's store is there once its worker has made it.
    () => {
      views = seeShards(data, findings).views;
      return views;
    },
    findings,
    systemClock,
  );
  const loop = new LookLoop(engine, (news) => port.postMessage(news));
  // A feed that can't be made would be asked of the next thread, too, and of the one after that.
  const open = ({ feed, question, fromMs }: LiveOrder & { op: 'open' }): void => {
    try {
      engine.open(feed, question, fromMs);
    } catch (error) {
      port.postMessage([failure(feed, error)]);
    }
  };
  return new Promise<void>((resolve, reject) => {
    const obey = (order: LiveOrder): void => {
      if (order.op === 'open') open(order);
      else if (order.op === 'close') engine.close(order.feed);
      else return resolve();
      loop.wake(reject);
    };
    port.on('message', (order: LiveOrder) => {
      try {
        obey(order);
      } catch (error) {
        reject(error);
      }
    });
  }).finally(async () => {
    loop.stop();
    port.close();
    await Promise.all(views.map((view) => view.close()));
  });
}

/** Answers at once: a thread that does has loaded all its modules. */
export function ping(): void {}

class LookLoop {
  readonly #engine: LiveEngine;
  readonly #tell: (news: LiveNews[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #nextFiguresMs = 0;
  #looks = 0;
  #lookMs = 0;
  #longestLookMs = 0;

  constructor(engine: LiveEngine, tell: (news: LiveNews[]) => void) {
    this.#engine = engine;
    this.#tell = tell;
  }

  /** Begins to look, if it doesn't; what a look throws goes to `fail`. */
  wake(fail: (error: unknown) => void): void {
    if (this.#timer === undefined && this.#engine.feeds > 0) this.#rest(LOOK_MS, fail);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #rest(ms: number, fail: (error: unknown) => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        const tookMs = this.#look();
        if (this.#engine.feeds > 0) this.#rest(restAfter(tookMs), fail);
      } catch (error) {
        fail(error);
      }
    }, ms);
  }

  #look(): number {
    const startMs = systemClock.monotonicMs();
    this.#engine.look(this.#tell);
    const endMs = systemClock.monotonicMs();
    const tookMs = endMs - startMs;
    this.#looks++;
    this.#lookMs += tookMs;
    this.#longestLookMs = Math.max(this.#longestLookMs, tookMs);
    if (endMs >= this.#nextFiguresMs || this.#engine.feeds === 0) {
      this.#nextFiguresMs = endMs + FIGURES_MS;
      const { feeds } = this.#engine;
      const figures = { looks: this.#looks, lookMs: this.#lookMs, longestLookMs: this.#longestLookMs };
      this.#tell([{ kind: 'figures', feeds, ...figures }]);
    }
    return tookMs;
  }
}

const restAfter = (tookMs: number): number => Math.max(LOOK_MS, Math.min(tookMs * REST_FACTOR, REST_MS_MAX));
