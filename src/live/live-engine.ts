import type { Clock } from '../clock.js';
import { type ErrorCode, MillraceError } from '../errors.js';
import { asMillraceError } from '../http/problem.js';
import { PointScan } from '../query/point-scan.js';
import type { QueryFindings } from '../query/query-findings.js';
import type { ShardView } from '../query/shard-view.js';
import type { Feed } from './feed.js';
import { LOOK_WINDOWS_MS } from './limits.js';
import { LiveBudget } from './live-budget.js';
import type { LiveNews } from './live-task.js';
import { PointFeed } from './point-feed.js';
import type { LiveQuestion } from './question.js';
import { WindowFeed } from './window-feed.js';

/** Failures of all shards' readers alike, which pass: the next look tries again. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['MR_BUSY', 'MR_STARTING']);

/** All feeds of the process, on one thread: each question once, however many ask it. */
export class LiveEngine {
  /** What all feeds hold. */
  readonly budget = new LiveBudget();
  readonly #openViews: () => readonly ShardView[];
  #views: readonly ShardView[] | undefined;
  readonly #scan: PointScan;
  readonly #clock: Clock;
  readonly #points = new Map<number, PointFeed>();
  /** Those that have waited longest for a look come first. */
  readonly #windows = new Map<number, WindowFeed>();

  /** `openViews` is called once, by the first feed. */
  constructor(openViews: () => readonly ShardView[], findings: QueryFindings, clock: Clock) {
    this.#openViews = openViews;
    this.#scan = new PointScan(findings);
    this.#clock = clock;
  }

  get feeds(): number {
    return this.#points.size + this.#windows.size;
  }

  /** `fromMs`: windows are told from the one on that was open then, not only from the one that is open now. */
  open(feed: number, question: LiveQuestion, fromMs?: number): void {
    this.#views ??= this.#openViews();
    const parts = { views: this.#views, scan: this.#scan, clock: this.#clock, budget: this.budget.open() };
    if (question.kind === 'points') this.#points.set(feed, new PointFeed(question, parts));
    else this.#windows.set(feed, new WindowFeed(question, parts, { feed, fromMs }));
  }

  close(feed: number): void {
    this.#points.get(feed)?.close();
    this.#windows.get(feed)?.close();
    this.#points.delete(feed);
    this.#windows.delete(feed);
  }

  /**
   * One look: at every feed of points, whose news are told at once; then at the feeds of windows whose time has come, for a bounded time, so
   * that points need not wait for those that are left.
   */
  look(tell: (news: LiveNews[]) => void): void {
    const nowMs = this.#clock.nowMs();
    if (this.#lookAt(this.#points, nowMs, tell, Number.POSITIVE_INFINITY)) {
      this.#lookAt(this.#windows, nowMs, tell, this.#clock.monotonicMs() + LOOK_WINDOWS_MS);
    }
  }

  /** Answers false when the shards can't be read at the moment. */
  // Four arguments: two kinds of feeds share it.
  #lookAt<F extends Feed>(
    feeds: Map<number, F>,
    nowMs: number,
    tell: (news: LiveNews[]) => void,
    untilMs: number,
  ): boolean {
    const news: LiveNews[] = [];
    let isReadable = true;
    for (const [number, feed] of [...feeds]) {
      if (!feed.isDue(nowMs)) continue;
      try {
        const messages = feed.look(nowMs);
        const missed = feed.takeMissed();
        if (messages.length > 0 || missed > 0)
          news.push({ kind: 'messages', feed: number, messages, missed });
      } catch (error) {
        isReadable = !(error instanceof MillraceError && PASSING.has(error.code));
        if (!isReadable) break;
        this.close(number);
        news.push(failure(number, error));
        continue;
      }
      // To the end: it has had its turn.
      feeds.delete(number);
      feeds.set(number, feed);
      if (this.#clock.monotonicMs() >= untilMs) break;
    }
    if (news.length > 0) tell(news);
    return isReadable;
  }
}

/** A fault of ours ends one feed, and not the thread with all others. */
export function failure(feed: number, error: unknown): LiveNews {
  const { code, message, cause } = asMillraceError(error);
  const told = { kind: 'failed', feed, code, detail: message } as const;
  if (cause === undefined) return told;
  const fault = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return { ...told, fault };
}
