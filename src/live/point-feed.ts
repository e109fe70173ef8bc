import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import type { ShardView } from '../query/shard-view.js';
import { StopCheck } from '../query/stop-check.js';
import { formatTime } from '../time/format-time.js';
import type { Feed, FeedMessage } from './feed.js';
import { FEED_POINTS_MAX, LOOK_POINTS_MAX, LOOK_TIMEOUT_MS } from './limits.js';
import type { FeedBudget } from './live-budget.js';
import type { PointsQuestion } from './question.js';
import { SeriesTail, type TailVisitor } from './series-tail.js';

/** What a feed reads with. */
export interface PointFeedParts {
  views: readonly ShardView[];
  clock: Clock;
  budget: FeedBudget;
}

/** Tells each new point of some series. When more come in one look than can be told, the newest are, and the rest are counted. */
export class PointFeed implements Feed, TailVisitor {
  readonly #tail: SeriesTail;
  readonly #clock: Clock;
  readonly #budget: FeedBudget;
  readonly #metric: string;
  /** The members of each series that never change, by place. */
  readonly #heads: string[] = [];
  readonly #tails: string[] = [];
  /** What this look found: place, time and value a point, in the order of arrival of each series. */
  #places: number[] = [];
  #times: number[] = [];
  #values: number[] = [];
  #missed = 0;
  #isLost = false;
  #hasBegun = false;

  constructor(question: PointsQuestion, { views, clock, budget }: PointFeedParts) {
    this.#budget = budget;
    this.#tail = new SeriesTail(views, question, budget);
    this.#clock = clock;
    this.#metric = JSON.stringify(question.metric);
  }

  isDue(): boolean {
    return true;
  }

  look(): FeedMessage[] {
    const stop = new StopCheck(this.#clock, LOOK_TIMEOUT_MS);
    this.#tail.grow(stop);
    if (!this.#hasBegun) {
      // What was there before the subscriber came is a matter of queries.
      this.#tail.skipAll(stop);
      this.#hasBegun = true;
      return [];
    }
    this.#tail.look(this, stop);
    if (this.#isLost) throw pointsLost();
    const told = this.#told().map((i) => this.#message(this.#places[i]!, this.#times[i]!, this.#values[i]!));
    // Not before: of a look that failed half way, the next one tells what was found.
    this.#places = [];
    this.#times = [];
    this.#values = [];
    return told;
  }

  takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }

  close(): void {
    this.#budget.giveAll();
  }

  onPoints(place: number, times: Float64Array, values: Float64Array, count: number): void {
    const kept = Math.min(count, LOOK_POINTS_MAX - this.#places.length);
    this.#missed += count - kept;
    for (let i = count - kept; i < count; i++) {
      this.#places.push(place);
      this.#times.push(times[i]!);
      this.#values.push(values[i]!);
    }
  }

  onMissed(count: number): void {
    this.#missed += count;
  }

  onLost(): void {
    this.#isLost = true;
  }

  /** Which of the points that were found are told, in the order in which they were found. */
  #told(): number[] {
    const found = this.#times.length;
    if (found <= FEED_POINTS_MAX) return this.#times.map((_, i) => i);
    this.#missed += found - FEED_POINTS_MAX;
    // The time of the oldest point that is told, and how many of that time are not: those that were found first.
    const sorted = Float64Array.from(this.#times).sort();
    const first = found - FEED_POINTS_MAX;
    const oldest = sorted[first]!;
    let passedOver = first - sorted.indexOf(oldest);
    const told: number[] = [];
    for (let i = 0; i < found; i++) {
      const time = this.#times[i]!;
      if (time > oldest || (time === oldest && passedOver-- <= 0)) told.push(i);
    }
    return told;
  }

  #message(place: number, timeMs: number, value: number): FeedMessage {
    if (this.#heads[place] === undefined) {
      const labels = this.#tail.labelsOf(place);
      this.#heads[place] = `"metric_name":${this.#metric},"host":${JSON.stringify(labels['host'] ?? null)}`;
      this.#tails[place] = `"labels":${JSON.stringify(labels)}`;
    }
    // + 0: a point of -0 is 0, as in every other answer.
    const members = `${this.#heads[place]},"time":"${formatTime(timeMs)}","value":${value + 0},${this.#tails[place]}`;
    return { members, points: 1 };
  }
}

/** Told + missed = sent is a promise, so a subscription ends where it can't be kept. */
const pointsLost = (): MillraceError =>
  new MillraceError(
    'MR_INTERNAL',
    'A shard failed and was started again. Points may have come meanwhile that were not told: subscribe again.',
  );
