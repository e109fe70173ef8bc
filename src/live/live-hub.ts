import { type ErrorCode, MillraceError } from '../errors.js';
import type { Logger } from '../log.js';
import { FEEDS_MAX } from './limits.js';
import { LivePool } from './live-pool.js';
import type { Listener, LivePort } from './live-port.js';
import type { LiveData, LiveNews } from './live-task.js';
import { type LiveQuestion, questionKey } from './question.js';

interface OpenFeed {
  number: number;
  question: LiveQuestion;
  listeners: Set<Listener>;
}

/** What an operator sees of live push. */
export interface LiveFigures {
  feeds: number;
  listeners: number;
  looks: number;
  look_ms_mean: number;
  look_ms_max: number;
}

/** The same with the connections that listen. */
export interface LiveReport extends LiveFigures {
  connections: number;
}

/** The socket thread's side of live push: who listens to which question. Equal questions are worked out once. */
export class LiveHub implements LivePort {
  readonly #pool: LivePool;
  readonly #byKey = new Map<string, OpenFeed>();
  readonly #byNumber = new Map<number, OpenFeed>();
  #lastNumber = 0;
  #looks = 0;
  #lookMs = 0;
  #longestLookMs = 0;

  constructor(data: LiveData, log: Logger) {
    const hooks = {
      onNews: (news: LiveNews) => this.#onNews(news),
      onRestart: () => this.#openAll(),
    };
    this.#pool = new LivePool(data, hooks, log);
  }

  start(): Promise<void> {
    return this.#pool.start();
  }

  stop(): Promise<void> {
    return this.#pool.stop();
  }

  /**
   * Tells `listener` what is to be said of a question, from now until the answer is called.
   * @throws MillraceError MR_BUSY when there are too many different questions
   */
  listen(question: LiveQuestion, listener: Listener): () => void {
    const key = questionKey(question);
    let feed = this.#byKey.get(key);
    if (feed === undefined) {
      if (this.#byKey.size >= FEEDS_MAX) {
        throw new MillraceError(
          'MR_BUSY',
          `${FEEDS_MAX} different subscriptions are open, which is the most. Equal ones share: ask what others ask, or try again later.`,
          { retryAfterMs: 1_000 },
        );
      }
      feed = { number: ++this.#lastNumber, question, listeners: new Set() };
      this.#byKey.set(key, feed);
      this.#byNumber.set(feed.number, feed);
      this.#pool.send({ op: 'open', feed: feed.number, question });
    }
    feed.listeners.add(listener);
    const joined = feed;
    return () => {
      joined.listeners.delete(listener);
      if (joined.listeners.size === 0) this.#forget(joined);
    };
  }

  /** Ends all subscriptions: the server is stopping. */
  closeAll(): void {
    for (const feed of [...this.#byNumber.values()])
      this.#fail(feed, 'MR_STOPPING', 'The server is stopping.');
  }

  figures(): LiveFigures {
    let listeners = 0;
    for (const feed of this.#byNumber.values()) listeners += feed.listeners.size;
    return {
      feeds: this.#byNumber.size,
      listeners,
      looks: this.#looks,
      look_ms_mean: this.#looks === 0 ? 0 : this.#lookMs / this.#looks,
      look_ms_max: this.#longestLookMs,
    };
  }

  #onNews(news: LiveNews): void {
    if (news.kind === 'figures') {
      this.#looks = news.looks;
      this.#lookMs = news.lookMs;
      this.#longestLookMs = news.longestLookMs;
      return;
    }
    // One that was closed meanwhile may have said something more.
    const feed = this.#byNumber.get(news.feed);
    if (feed === undefined) return;
    if (news.kind === 'messages') {
      for (const listener of feed.listeners) listener.onMessages(news.messages, news.missed);
      return;
    }
    this.#fail(feed, news.code, news.detail);
  }

  #fail(feed: OpenFeed, code: ErrorCode, detail: string): void {
    this.#forget(feed);
    const listeners = [...feed.listeners];
    feed.listeners.clear();
    for (const listener of listeners) listener.onFailed(code, detail);
  }

  #forget(feed: OpenFeed): void {
    if (!this.#byNumber.delete(feed.number)) return;
    this.#byKey.delete(questionKey(feed.question));
    this.#pool.send({ op: 'close', feed: feed.number });
  }

  #openAll(): void {
    for (const { number, question } of this.#byNumber.values()) {
      this.#pool.send({ op: 'open', feed: number, question });
    }
  }
}
