import { systemClock } from '../clock.js';
import { type ErrorCode, MillraceError } from '../errors.js';
import type { Logger } from '../log.js';
import { FanOut } from './fan-out.js';
import { CLOSE_GRACE_MS, FEEDS_MAX, LIVE_CONNECTIONS_MAX, WINDOWS_KEPT } from './limits.js';
import { LiveCounters } from './live-counters.js';
import { LivePool, type LivePoolHooks } from './live-pool.js';
import type { Listener, LivePort } from './live-port.js';
import type { LiveData, LiveNews, LiveOrder } from './live-task.js';
import { Outbox } from './outbox.js';
import { type LiveQuestion, questionKey } from './question.js';
import { ToldMessage } from './told-message.js';

interface OpenFeed {
  number: number;
  question: LiveQuestion;
  outbox: Outbox;
  openedMs: number;
}

/** What an operator sees of live push. */
export interface LiveReport {
  connections: number;
  feeds: number;
  listeners: number;
  messages_told: number;
  messages_passed_over: number;
  points_missed: number;
  looks: number;
  look_ms_mean: number;
  look_ms_max: number;
}

/** The live thread as the hub sees it. */
export interface LiveThread {
  start(): Promise<void>;
  send(order: LiveOrder): void;
  stop(): Promise<void>;
}

/** The socket thread's side of live push: who listens to which question. Equal questions are worked out once. */
export class LiveHub implements LivePort {
  readonly counters = new LiveCounters();
  readonly #thread: LiveThread;
  readonly #log: Logger;
  readonly #byKey = new Map<string, OpenFeed>();
  readonly #byNumber = new Map<number, OpenFeed>();
  readonly #fanOut = new FanOut(systemClock, (act) => setImmediate(act));
  #connections = 0;
  #isStopping = false;
  #lastNumber = 0;
  #looks = 0;
  #lookMs = 0;
  #longestLookMs = 0;
  /** When the thread last said something: what came since may be unknown to the one that follows it. */
  #heardMs = 0;

  constructor(log: Logger, makeThread: (hooks: LivePoolHooks) => LiveThread) {
    this.#thread = makeThread({
      onNews: (news) => this.#onNews(news),
      onRestart: () => this.#onRestart(),
    });
    this.#log = log;
  }

  /** With a thread that looks at the shards of `data`. */
  static over(data: LiveData, log: Logger): LiveHub {
    return new LiveHub(log, (hooks) => new LivePool(data, hooks, log));
  }

  start(): Promise<void> {
    return this.#thread.start();
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  connect(): () => void {
    this.mustHaveRoom();
    this.#connections++;
    let isOpen = true;
    return () => {
      if (isOpen) this.#connections--;
      isOpen = false;
    };
  }

  /** @throws MillraceError MR_BUSY when no connection can be taken, MR_STOPPING */
  mustHaveRoom(): void {
    this.#mustGoOn();
    if (this.#connections < LIVE_CONNECTIONS_MAX) return;
    throw new MillraceError(
      'MR_BUSY',
      `${LIVE_CONNECTIONS_MAX} live connections are open, which is the most. Try again later.`,
      { retryAfterMs: 1_000 },
    );
  }

  /** @throws MillraceError MR_BUSY when there are too many different questions, MR_STOPPING */
  mustTake(question: LiveQuestion): void {
    this.#mustGoOn();
    if (this.#byKey.size < FEEDS_MAX || this.#byKey.has(questionKey(question))) return;
    throw new MillraceError(
      'MR_BUSY',
      `${FEEDS_MAX} different subscriptions are open, which is the most. Equal ones share: ask what others ask, or try again later.`,
      { retryAfterMs: 1_000 },
    );
  }

  listen(question: LiveQuestion, listener: Listener): () => void {
    this.mustTake(question);
    const key = questionKey(question);
    const feed = this.#byKey.get(key) ?? this.#open(key, question);
    feed.outbox.join(listener);
    return () => {
      feed.outbox.leave(listener);
      if (feed.outbox.listeners.size === 0) this.#forget(feed);
    };
  }

  /** Ends all subscriptions and takes no more: the server is stopping. */
  closeAll(): void {
    this.#isStopping = true;
    for (const feed of [...this.#byNumber.values()]) this.#fail(feed, 'MR_STOPPING', STOPPING);
  }

  report(): LiveReport {
    let listeners = 0;
    for (const { outbox } of this.#byNumber.values()) listeners += outbox.listeners.size;
    return {
      connections: this.#connections,
      feeds: this.#byNumber.size,
      listeners,
      messages_told: this.counters.told,
      messages_passed_over: this.counters.passedOver,
      points_missed: this.counters.missedPoints,
      looks: this.#looks,
      look_ms_mean: this.#looks === 0 ? 0 : this.#lookMs / this.#looks,
      look_ms_max: this.#longestLookMs,
    };
  }

  #mustGoOn(): void {
    if (this.#isStopping) throw new MillraceError('MR_STOPPING', STOPPING);
  }

  #open(key: string, question: LiveQuestion): OpenFeed {
    const openedMs = systemClock.nowMs();
    const feed = { number: ++this.#lastNumber, question, outbox: new Outbox(), openedMs };
    this.#byKey.set(key, feed);
    this.#byNumber.set(feed.number, feed);
    this.#thread.send({ op: 'open', feed: feed.number, question });
    return feed;
  }

  #onNews(news: readonly LiveNews[]): void {
    this.#heardMs = systemClock.nowMs();
    for (const each of news) this.#take(each);
    this.#fanOut.run();
  }

  #take(news: LiveNews): void {
    if (news.kind === 'figures') {
      this.#looks = news.looks;
      this.#lookMs = news.lookMs;
      this.#longestLookMs = news.longestLookMs;
      return;
    }
    // One that was closed meanwhile may have said something more.
    const feed = this.#byNumber.get(news.feed);
    if (feed === undefined) return;
    if (news.kind === 'failed') {
      if (news.fault !== undefined) this.#log.error({ detail: news.fault }, 'a live subscription failed');
      return this.#fail(feed, news.code, news.detail);
    }
    feed.outbox.add(
      news.messages.map((message) => new ToldMessage(message)),
      news.missed,
    );
    this.#fanOut.add(feed.outbox, feed.question.kind);
  }

  #fail(feed: OpenFeed, code: ErrorCode, detail: string): void {
    this.#forget(feed);
    const listeners = [...feed.outbox.listeners];
    feed.outbox.clear();
    for (const listener of listeners) listener.onFailed(code, detail);
  }

  #forget(feed: OpenFeed): void {
    if (!this.#byNumber.delete(feed.number)) return;
    this.#byKey.delete(questionKey(feed.question));
    this.#thread.send({ op: 'close', feed: feed.number });
  }

  /**
   * The thread has begun anew: windows are read again from the oldest one on of which it might have said more, and which the feed had.
   * Which points nobody was told, nobody knows.
   */
  #onRestart(): void {
    for (const feed of [...this.#byNumber.values()]) {
      const { number, question, openedMs } = feed;
      if (question.kind === 'points') {
        this.#fail(feed, 'MR_INTERNAL', POINTS_LOST);
        continue;
      }
      const toldMs = this.#heardMs - CLOSE_GRACE_MS - WINDOWS_KEPT * question.windowMs;
      this.#thread.send({ op: 'open', feed: number, question, fromMs: Math.max(openedMs, toldMs) });
    }
  }
}

const STOPPING = 'The server is stopping.';
const POINTS_LOST =
  'Live push failed and was started again. Points may have come meanwhile that were not told: subscribe again.';
