import type { PointBook, SimPoint } from './point-book.js';
import type { SimSeries } from './series-pool.js';
import type { SimClock } from './sim-clock.js';
import type { SimPlan } from './sim-plan.js';
import type { SimRandom } from './sim-random.js';

/** A point to be sent: of the book, or one whose value is no number and that nobody will ever find. */
export interface MadePoint {
  readonly series: SimSeries;
  readonly value: number;
  readonly timeMs: number;
  readonly point: SimPoint | undefined;
}

/** How far back points lie that are kept for ever, and points that are merely late, ms. */
const AGE_MS_MAX = 7 * 86_400_000;
const LATE_MS_MAX = 600_000;

/**
 * Makes the points that producers send: mostly near the present and ascending, with bursts at one instant, late ones, and
 * a few that the engine must refuse, or may take as history only.
 */
export class PointMaker {
  readonly #random: SimRandom;
  readonly #clock: SimClock;
  readonly #book: PointBook;
  readonly #pool: readonly SimSeries[];
  readonly #ageMsMax: number;
  readonly #lateMsMax: number;
  readonly #skewMs: number;
  #lastMs: number;

  constructor(
    random: SimRandom,
    world: { clock: SimClock; book: PointBook; pool: readonly SimSeries[]; plan: SimPlan },
  ) {
    this.#random = random;
    this.#clock = world.clock;
    this.#book = world.book;
    this.#pool = world.pool;
    const { retention } = world.plan.times;
    this.#ageMsMax = Math.min(AGE_MS_MAX, retention.longestMs(0));
    this.#lateMsMax = Math.min(LATE_MS_MAX, retention.retentionMs(0, 0));
    this.#skewMs = world.plan.times.clockSkewMs;
    this.#lastMs = world.clock.nowMs();
  }

  get pool(): readonly SimSeries[] {
    return this.#pool;
  }

  /** A time in whole ms. */
  timeMs(): number {
    const random = this.#random;
    const nowMs = this.#clock.nowMs();
    const kind = random.weighted([60, 15, 15, 6, 1.5, 1.5]);
    // A clock that is set back by much is that of the producers, too, now and then.
    if (this.#lastMs > nowMs + 20_000 && random.chance(0.2)) this.#lastMs = nowMs - random.int(3_000);
    if (kind === 0) this.#lastMs = Math.max(this.#lastMs + random.int(3), nowMs - random.int(3_000));
    if (kind === 0) return this.#lastMs;
    if (kind === 1) return Math.floor(nowMs / 60_000) * 60_000;
    if (kind === 2) return nowMs - random.int(this.#lateMsMax);
    if (kind === 3) return nowMs - random.int(this.#ageMsMax);
    if (kind === 4) return nowMs - this.#ageMsMax - random.int(random.pick([this.#ageMsMax, 1e9]));
    return nowMs + this.#skewMs + random.int(1e9);
  }

  /** A point of a series, or of any. `named`: its producer is; `timeMs` undefined: it gets that of its arrival. */
  make(named: boolean, timeMs: number | undefined, series = this.#random.pick(this.#pool)): MadePoint {
    const shown = timeMs ?? Number.NaN;
    if (this.#random.chance(0.01)) {
      const value = this.#random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
      return { series, value, timeMs: shown, point: undefined };
    }
    const point = this.#book.add(series.text, timeMs, named);
    return { series, value: point.value, timeMs: shown, point };
  }
}
