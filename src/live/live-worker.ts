import { systemClock } from '../clock.js';
import { QueryFindings } from '../query/query-findings.js';
import { seeShards } from '../query/seen-shards.js';
import type { ShardView } from '../query/shard-view.js';
import { LOOK_MS, REST_FACTOR } from './limits.js';
import { LiveEngine } from './live-engine.js';
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
  return new Promise((resolve, reject) => {
    port.on('message', (order: LiveOrder) => {
      if (order.op === 'open') engine.open(order.feed, order.question);
      else if (order.op === 'close') engine.close(order.feed);
      else {
        loop.stop();
        port.close();
        resolve(Promise.all(views.map((view) => view.close())).then(() => {}));
        return;
      }
      loop.wake(reject);
    });
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
        if (this.#engine.feeds > 0) this.#rest(Math.max(LOOK_MS, tookMs * REST_FACTOR), fail);
      } catch (error) {
        fail(error);
      }
    }, ms);
  }

  #look(): number {
    const startMs = systemClock.monotonicMs();
    const news = this.#engine.look();
    const endMs = systemClock.monotonicMs();
    const tookMs = endMs - startMs;
    this.#looks++;
    this.#lookMs += tookMs;
    this.#longestLookMs = Math.max(this.#longestLookMs, tookMs);
    if (endMs >= this.#nextFiguresMs || this.#engine.feeds === 0) {
      this.#nextFiguresMs = endMs + FIGURES_MS;
      news.push({
        kind: 'figures',
        feeds: this.#engine.feeds,
        looks: this.#looks,
        lookMs: this.#lookMs,
        longestLookMs: this.#longestLookMs,
      });
    }
    if (news.length > 0) this.#tell(news);
    return tookMs;
  }
}
