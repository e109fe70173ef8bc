import { Cell } from '../../native-free-core/cell/cell.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import type { Clock } from '../clock.js';
import type { PointScan, PointVisitor } from '../query/point-scan.js';
import type { Selection, ShardSelection } from '../query/selection.js';
import type { ShardView } from '../query/shard-view.js';
import { StopCheck } from '../query/stop-check.js';
import { formatDuration } from '../time/duration.js';
import { formatTime } from '../time/format-time.js';
import type { Feed, FeedMessage } from './feed.js';
import { CLOSE_GRACE_MS, LOOK_TIMEOUT_MS, WINDOW_BEAT_MS, WINDOWS_KEPT } from './limits.js';
import type { WindowsQuestion } from './question.js';
import { SeriesTail, type TailVisitor } from './series-tail.js';
import { WindowGroups } from './window-groups.js';
import { statOf } from './window-stat.js';

/** A window of the feed: a cell for each group that has points in it. */
interface Window {
  startMs: number;
  cells: Map<number, Cell>;
  /** Groups that have changed since the window was told. */
  changed: Set<number>;
  isClosed: boolean;
  /** Points that came since it was told. */
  points: number;
}

/** What a feed reads with. */
export interface WindowFeedParts {
  views: readonly ShardView[];
  scan: PointScan;
  clock: Clock;
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
export class WindowFeed implements Feed, TailVisitor {
  readonly #question: WindowsQuestion;
  readonly #phaseMs: number;
  readonly #tail: SeriesTail;
  readonly #scan: PointScan;
  readonly #clock: Clock;
  readonly #groups: WindowGroups;
  readonly #windows = new Map<number, Window>();
  readonly #head: string;
  #oldestMs = Number.NEGATIVE_INFINITY;
  /** The beat of the last look. */
  #beat = Number.NaN;
  #hasMissed = false;
  readonly #fromMs: number | undefined;
  /** The window that was open when the feed began. */
  #firstMs: number | undefined;

  constructor(question: WindowsQuestion, { views, scan, clock }: WindowFeedParts, begin: WindowFeedBegin) {
    this.#question = question;
    this.#phaseMs = phaseOf(begin.feed);
    this.#fromMs = begin.fromMs;
    this.#tail = new SeriesTail(views, question.metric, question.selectors);
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
    const stop = new StopCheck(this.#clock, LOOK_TIMEOUT_MS);
    this.#tail.grow(stop);
    const openMs = windowStartOf(nowMs, this.#question.windowMs);
    const keptMs = openMs - WINDOWS_KEPT * this.#question.windowMs;
    if (this.#firstMs === undefined) {
      const fromMs = windowStartOf(this.#fromMs ?? nowMs, this.#question.windowMs);
      this.#oldestMs = Math.min(Math.max(fromMs, keptMs), openMs);
      this.#begin(stop);
      this.#firstMs = this.#oldestMs;
    } else {
      // Of windows before the first it knows nothing, so it tells nothing of them.
      this.#oldestMs = Math.max(this.#firstMs, keptMs);
      this.#tail.look(this, stop);
      if (this.#hasMissed) this.#beginAnew(stop);
    }
    this.#beat = this.#beatOf(nowMs);
    return this.#say(nowMs);
  }

  /** Nothing is missed for good: what a look could not read, it reads from the blocks. */
  takeMissed(): number {
    return 0;
  }

  onPoints(place: number, times: Float64Array, values: Float64Array, count: number): void {
    const group = this.#groups.groupOf(place, (of) => this.#tail.labelsOf(of));
    for (let i = 0; i < count; i++) this.#add(group, times[i]!, values[i]!);
  }

  onMissed(): void {
    this.#hasMissed = true;
  }

  #add(group: number, timeMs: number, value: number): void {
    const startMs = windowStartOf(timeMs, this.#question.windowMs);
    // What is older than the windows that are remembered is a matter of queries.
    if (startMs < this.#oldestMs) return;
    let window = this.#windows.get(startMs);
    if (window === undefined) {
      window = { startMs, cells: new Map(), changed: new Set(), isClosed: false, points: 0 };
      this.#windows.set(startMs, window);
    }
    let cell = window.cells.get(group);
    if (cell === undefined) {
      cell = new Cell();
      window.cells.set(group, cell);
    }
    cell.add(timeMs, value);
    window.changed.add(group);
    window.points++;
  }

  /** Reads all windows that are remembered once more: points were written over before a look could read them. */
  #beginAnew(stop: StopCheck): void {
    const before = [...this.#windows.values()];
    this.#begin(stop);
    this.#hasMissed = false;
    for (const { startMs, isClosed } of before) {
      const window = this.#windows.get(startMs);
      if (window !== undefined) window.isClosed = isClosed;
    }
  }

  /** Reads from the oldest window on, and begins to follow each series behind what was read of it. */
  #begin(stop: StopCheck): void {
    // Also what an attempt that failed half way has left.
    this.#windows.clear();
    const first = new FirstScan(this.#tail, this.#tail.beginScan(), (place, times, values, from, to) => {
      const group = this.#groups.groupOf(place, (of) => this.#tail.labelsOf(of));
      for (let i = from; i < to; i++) this.#add(group, times[i]!, values[i]!);
    });
    first.run(this.#scan, this.#oldestMs, stop);
  }

  #beatOf(nowMs: number): number {
    return Math.floor((nowMs + this.#phaseMs) / WINDOW_BEAT_MS);
  }

  #say(nowMs: number): FeedMessage[] {
    const messages: FeedMessage[] = [];
    for (const window of [...this.#windows.values()].sort((a, b) => a.startMs - b.startMs)) {
      if (window.startMs < this.#oldestMs) {
        this.#windows.delete(window.startMs);
        continue;
      }
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

  #message(window: Window, groups: Iterable<number>): FeedMessage {
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

type PlacePoints = (
  place: number,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
) => void;

/** The scan that a feed begins with: points from a time on, and marks where the open state ends that is among them. */
class FirstScan implements PointVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly #tail: SeriesTail;
  readonly #selection: Selection;
  readonly #visit: PlacePoints;
  readonly #places: number[] = [];
  #shard: ShardSelection | undefined;
  /** By place: the generation and the count up to which the shard at hand was read. */
  #marks = new Map<number, { generation: number; count: number }>();

  constructor(tail: SeriesTail, selection: Selection, visit: PlacePoints) {
    this.#tail = tail;
    this.#selection = selection;
    this.#visit = visit;
    for (const { view, ids } of selection.shards) {
      for (let i = 0; i < ids.length; i++) this.#places.push(tail.placeOf(view, ids.items[i]!)!);
    }
  }

  run(scan: PointScan, fromMs: number, stop: StopCheck): void {
    scan.scan(this.#selection, { startMs: fromMs, endMs: Number.POSITIVE_INFINITY }, this, stop);
    this.#take();
  }

  onShard(shard: ShardSelection): void {
    // The same shard once more: what was said of it came from a view that was stale.
    if (shard === this.#shard) this.#marks = new Map();
    else this.#take();
    this.#shard = shard;
  }

  onOpen(ordinal: number, generation: number, count: number): void {
    this.#marks.set(this.#places[ordinal]!, { generation, count });
  }

  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#visit(this.#places[ordinal]!, times, values, from, to);
  }

  #take(): void {
    for (const [place, { generation, count }] of this.#marks) this.#tail.mark(place, generation, count);
    this.#marks = new Map();
  }
}
