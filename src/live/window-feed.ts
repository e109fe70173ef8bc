import type { CellRun } from '../../native-free-core/cell/cell-run.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import type { Clock } from '../clock.js';
import type { PointScan } from '../query/point-scan.js';
import type { ShardView } from '../query/shard-view.js';
import { StopCheck } from '../query/stop-check.js';
import { formatDuration } from '../time/duration.js';
import { formatTime } from '../time/format-time.js';
import type { Feed, FeedMessage } from './feed.js';
import { type FeedWindow, FeedWindows } from './feed-windows.js';
import { FirstScan, type FirstScanTaker } from './first-scan.js';
import {
  CLOSE_GRACE_MS,
  FIRST_SCAN_MS,
  LOOK_TIMEOUT_MS,
  WINDOW_BEAT_MS,
  WINDOWS_CAUGHT_UP,
  WINDOWS_KEPT,
} from './limits.js';
import type { FeedBudget } from './live-budget.js';
import type { WindowsQuestion } from './question.js';
import { SeriesTail, type TailVisitor } from './series-tail.js';
import { WindowGroups } from './window-groups.js';
import { statOf } from './window-stat.js';

/** What a feed reads with. */
export interface WindowFeedParts {
  views: readonly ShardView[];
  scan: PointScan;
  clock: Clock;
  budget: FeedBudget;
}

/** Which feed it is, which decides its phase, and the moment whose window is its first; without one, now. */
export interface WindowFeedBegin {
  feed: number;
  fromMs?: number | undefined;
}

/** Phases of neighbours lie far apart: the golden ratio of the beat. */
const phaseOf = (feed: number): number => (feed * 0.618033988749895 * WINDOW_BEAT_MS) % WINDOW_BEAT_MS;

/**
 * Statistics of some series over windows, as their points come: the open window up to ten times a second, each window once
 * more when it is over, and again when late points change one that is remembered still.
 *
 * The first look reads what the open window has already, from blocks and open state alike, and takes a mark in each
 * series' chain; from there on each look adds what is new. So a window that is told is whole, whenever its subscriber came.
 */
export class WindowFeed implements Feed, TailVisitor, FirstScanTaker {
  readonly #question: WindowsQuestion;
  readonly #phaseMs: number;
  readonly #tail: SeriesTail;
  readonly #scan: PointScan;
  readonly #clock: Clock;
  readonly #groups: WindowGroups;
  readonly #budget: FeedBudget;
  readonly #windows: FeedWindows;
  readonly #head: string;
  /** The beat of the last look. */
  #beat = Number.NaN;
  #hasMissed = false;
  readonly #fromMs: number | undefined;
  /** The window that was open when the feed began. */
  #firstMs: number | undefined;

  constructor(question: WindowsQuestion, parts: WindowFeedParts, begin: WindowFeedBegin) {
    const { views, scan, clock, budget } = parts;
    this.#question = question;
    this.#phaseMs = phaseOf(begin.feed);
    this.#fromMs = begin.fromMs;
    this.#budget = budget;
    this.#windows = new FeedWindows(question.windowMs, budget);
    this.#tail = new SeriesTail(views, question, budget);
    this.#scan = scan;
    this.#clock = clock;
    this.#groups = new WindowGroups(question.groupBy);
    const metric = JSON.stringify(question.metric);
    this.#head = `"metric_name":${metric},"window":"${formatDuration(question.windowMs)}"`;
  }

  /** Between two beats nothing is told, so nothing needs to be looked at: the open state keeps what comes. */
  isDue(nowMs: number): boolean {
    return this.#beatOf(nowMs) !== this.#beat;
  }

  look(nowMs: number): FeedMessage[] {
    const { windowMs } = this.#question;
    const stop = new StopCheck(this.#clock, LOOK_TIMEOUT_MS);
    this.#tail.grow(stop);
    const openMs = windowStartOf(nowMs, windowMs);
    if (this.#firstMs === undefined) {
      const fromMs = windowStartOf(this.#fromMs ?? nowMs, windowMs);
      this.#windows.oldestMs = Math.max(Math.min(fromMs, openMs), openMs - WINDOWS_CAUGHT_UP * windowMs);
      this.#begin(openMs);
      this.#firstMs = this.#windows.oldestMs;
    } else {
      // Of windows before the first it knows nothing, so it tells nothing of them.
      this.#windows.oldestMs = Math.max(this.#firstMs, openMs - WINDOWS_KEPT * windowMs);
      this.#tail.look(this, stop);
      if (this.#hasMissed) this.#beginAnew(openMs);
    }
    this.#beat = this.#beatOf(nowMs);
    return this.#say(nowMs);
  }

  close(): void {
    this.#budget.giveAll();
  }

  /** Nothing is missed for good: what a look could not read, it reads from the blocks. */
  takeMissed(): number {
    return 0;
  }

  onPoints(place: number, times: Float64Array, values: Float64Array, count: number): void {
    this.addPoints(place, times, values, 0, count);
  }

  onMissed(): void {
    this.#hasMissed = true;
  }

  onLost(): void {
    this.#hasMissed = true;
  }

  // Five arguments: a run of points in columns, a call a series.
  addPoints(place: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#windows.addPoints(this.#groupOf(place), times, values, from, to);
  }

  addCells(place: number, run: CellRun, from: number, to: number): void {
    this.#windows.addCells(this.#groupOf(place), run, from, to);
  }

  #groupOf(place: number): number {
    return this.#groups.groupOf(place, (of) => this.#tail.labelsOf(of));
  }

  /** Reads all windows that are remembered once more: points were written over before a look could read them. */
  #beginAnew(openMs: number): void {
    const before = this.#windows.inOrder();
    this.#begin(openMs);
    this.#hasMissed = false;
    for (const { startMs, isClosed } of before) {
      const window = this.#windows.get(startMs);
      if (window !== undefined) window.isClosed = isClosed;
    }
  }

  /** Reads from the oldest window on, and begins to follow each series behind what was read of it. */
  #begin(openMs: number): void {
    // Also what an attempt that failed half way has left.
    this.#windows.clear();
    const { windowMs } = this.#question;
    const range = { startMs: this.#windows.oldestMs, endMs: openMs + windowMs, windowMs };
    new FirstScan(this.#tail, this).run(this.#scan, range, new StopCheck(this.#clock, FIRST_SCAN_MS));
  }

  #beatOf(nowMs: number): number {
    return Math.floor((nowMs + this.#phaseMs) / WINDOW_BEAT_MS);
  }

  #say(nowMs: number): FeedMessage[] {
    const messages: FeedMessage[] = [];
    for (const window of this.#windows.inOrder()) {
      if (!window.isClosed && nowMs >= window.startMs + this.#question.windowMs + CLOSE_GRACE_MS) {
        window.isClosed = true;
        // Whole once more, also where nothing has changed: a subscriber waits for the last word.
        messages.push(this.#message(window, window.cells.keys()));
      } else if (window.changed.size > 0) {
        messages.push(this.#message(window, window.changed));
      }
    }
    return messages;
  }

  #message(window: FeedWindow, groups: Iterable<number>): FeedMessage {
    const { stats, groupBy } = this.#question;
    const data: object[] = [];
    for (const group of groups) {
      const cell = window.cells.get(group)!;
      const values = stats.map((stat) => [stat.name, statOf(stat, cell)]);
      const labels = groupBy.length === 0 ? [] : [['labels', this.#groups.labelsOf(group)]];
      data.push(Object.fromEntries([...labels, ...values]));
    }
    const { points, startMs, isClosed } = window;
    window.changed = new Set();
    window.points = 0;
    const members = `${this.#head},"timestamp":"${formatTime(startMs)}","closed":${isClosed},"data":${JSON.stringify(data)}`;
    return { members, points };
  }
}
