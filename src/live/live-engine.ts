import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { PointScan } from '../query/point-scan.js';
import type { QueryFindings } from '../query/query-findings.js';
import type { ShardView } from '../query/shard-view.js';
import type { Feed } from './feed.js';
import type { LiveNews } from './live-task.js';
import { PointFeed } from './point-feed.js';
import type { LiveQuestion } from './question.js';
import { WindowFeed } from './window-feed.js';

/** Failures that pass: the next look tries again. */
const PASSING = new Set(['MR_BUSY', 'MR_STARTING', 'MR_QUERY_TIMEOUT']);

/** All feeds of the process, on one thread: each question once, however many ask it. */
export class LiveEngine {
  readonly #openViews: () => readonly ShardView[];
  #views: readonly ShardView[] | undefined;
  readonly #scan: PointScan;
  readonly #clock: Clock;
  readonly #feeds = new Map<number, Feed>();

  /** `openViews` is called once, by the first feed. */
  constructor(openViews: () => readonly ShardView[], findings: QueryFindings, clock: Clock) {
    this.#openViews = openViews;
    this.#scan = new PointScan(findings);
    this.#clock = clock;
  }

  get feeds(): number {
    return this.#feeds.size;
  }

  open(feed: number, question: LiveQuestion): void {
    this.#views ??= this.#openViews();
    const made =
      question.kind === 'points'
        ? new PointFeed(question, this.#views, this.#clock)
        : new WindowFeed(question, this.#views, this.#scan, this.#clock);
    this.#feeds.set(feed, made);
  }

  close(feed: number): void {
    this.#feeds.delete(feed);
  }

  /** One look of every feed; answers what is to be told. */
  look(): LiveNews[] {
    const news: LiveNews[] = [];
    const nowMs = this.#clock.nowMs();
    for (const [number, feed] of this.#feeds) {
      try {
        const messages = feed.look(nowMs);
        const missed = feed.takeMissed();
        if (messages.length > 0 || missed > 0)
          news.push({ kind: 'messages', feed: number, messages, missed });
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
        if (PASSING.has(error.code)) continue;
        this.#feeds.delete(number);
        news.push({ kind: 'failed', feed: number, code: error.code, detail: error.message });
      }
    }
    return news;
  }
}
