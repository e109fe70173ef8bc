import { timeMsMax } from '../../protocol/limits.js';
import { HISTORY_AGE_MS_MAX, HISTORY_IN_FLIGHT_MAX } from '../../src/ingest/limits.js';
import type { BatchKind } from '../../src/ingest/time-gate.js';
import { mustBeThere, type PointBook, type SimPoint } from './point-book.js';
import type { SimSeries } from './series-pool.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';

/** A point of a batch as the contract wants it treated: taken, or refused for a reason. */
export interface JudgedPoint {
  /** Undefined where the value is no number, and so names no point. */
  readonly point: SimPoint | undefined;
  /** Empty: taken. */
  readonly reason: string;
}

/** By producer, the highest seq that it was told is durable, and its batches that may be told as durable. */
export interface SavedTelling {
  readonly told: ReadonlyMap<string, number>;
  readonly taken: ReadonlyMap<string, Map<number, readonly JudgedPoint[]>>;
}

/**
 * What the contract asks of the front end, in the plainest words: which series it knows, why a point is refused, what a
 * producer was told. One for all connections; it outlives the process that it judges.
 */
export class FrontEndModel {
  /** Counts crashes of the process: what was acknowledged from memory is lost with it. */
  epoch = 0;
  readonly book: PointBook;
  /** A folder was restored: what a producer was told may be more than the engine knows of it. */
  hasGoneBack = false;
  readonly #plan: SimPlan;
  readonly #countOf: (value: number) => number;
  readonly #known = new Set<string>();
  readonly #metrics = new Map<string, number>();
  /** Of each named producer with durable ACKs: batches that were taken and are not yet acknowledged, by seq. */
  readonly #taken = new Map<string, Map<number, readonly JudgedPoint[]>>();
  /** The highest seq that such a producer was told is durable. */
  readonly #told = new Map<string, number>();

  /** `countOf` says how often a value can be found in the stores. */
  constructor(plan: SimPlan, book: PointBook, countOf: (value: number) => number) {
    this.#plan = plan;
    this.book = book;
    this.#countOf = countOf;
  }

  /** A new process knows the series that are stored, and no others. */
  restart(stored: Iterable<string>): void {
    this.#known.clear();
    this.#metrics.clear();
    for (const text of stored) this.#learn(text);
  }

  /** Batches in flight that a connection may have. */
  inFlightMax(kind: BatchKind): number {
    const { inFlightMax } = this.#plan.wire;
    return kind === 'history' ? Math.min(inFlightMax, HISTORY_IN_FLIGHT_MAX) : inFlightMax;
  }

  /** Why a series is refused; empty when it is not. It is known from then on. */
  resolve(series: Pick<SimSeries, 'name' | 'text'>): string {
    if (this.#known.has(series.text)) return '';
    const { seriesPerMetricMax, seriesTotalMax } = this.#plan.resolver;
    if ((this.#metrics.get(series.name) ?? 0) >= seriesPerMetricMax) return 'metric_series_limit';
    if (this.#known.size >= seriesTotalMax) return 'total_series_limit';
    this.#learn(series.text);
    return '';
  }

  /** Why a time is refused of a metric, or of any; empty when it is not. */
  timeReason(timeMs: number, nowMs: number, kind: BatchKind, metric?: string): string {
    const { retention, clockSkewMs } = this.#plan.times;
    if (!(Math.abs(timeMs) <= timeMsMax)) return 'invalid_time';
    const classes =
      metric === undefined ? [...Array(retention.classCount).keys()] : [retention.classOf(metric)];
    const ages = classes.map((each) =>
      kind === 'live'
        ? retention.retentionMs(each, 0)
        : Math.min(HISTORY_AGE_MS_MAX, retention.longestOfClassMs(each)),
    );
    if (timeMs < nowMs - Math.max(...ages)) return 'too_old';
    return timeMs > nowMs + clockSkewMs ? 'too_far_ahead' : '';
  }

  /** A batch goes to the shards, with all that it has. */
  take(points: readonly JudgedPoint[], nowMs: number): void {
    for (const { point, reason } of points) {
      if (point === undefined) continue;
      if (reason !== '') point.refused++;
      else {
        point.accepted++;
        point.takenAt = this.book.tick();
        if (point.firstTakenAt === 0) point.firstTakenAt = point.takenAt;
        if (point.timeMs === undefined) point.arrivals.push(nowMs);
      }
    }
  }

  /** It did not after all. */
  untake(points: readonly JudgedPoint[]): void {
    for (const { point, reason } of points) {
      if (point === undefined) continue;
      if (reason !== '') point.refused--;
      else {
        point.accepted--;
        if (point.timeMs === undefined) point.arrivals.pop();
      }
    }
  }

  /** Remembers a batch of a named producer that a WELCOME may settle instead of an ACK. */
  remember(producer: string, seq: number, points: readonly JudgedPoint[]): void {
    const batches = this.#taken.get(producer) ?? new Map<number, readonly JudgedPoint[]>();
    this.#taken.set(producer, batches.set(seq, points));
  }

  /** The batch was not taken: nothing of it may be told as settled. */
  forget(producer: string, seq: number): void {
    this.#taken.get(producer)?.delete(seq);
  }

  /** A named producer is told that everything up to `seq` is durable. */
  settleThrough(producer: string, seq: number): void {
    const batches = this.#taken.get(producer);
    for (const [taken, points] of batches ?? []) {
      if (taken > seq) continue;
      this.settle(points, 'durable');
      batches?.delete(taken);
    }
    this.#told.set(producer, Math.max(seq, this.told(producer)));
  }

  /** What producers were told, and may be told, as it is now. */
  save(): SavedTelling {
    return {
      told: new Map(this.#told),
      taken: new Map([...this.#taken].map(([name, all]) => [name, new Map(all)])),
    };
  }

  /** The engine's folder is again what it was when this was saved: it knows nothing of what came later. */
  restore({ told, taken }: SavedTelling): void {
    this.epoch++;
    this.#told.clear();
    this.#taken.clear();
    for (const [name, seq] of told) this.#told.set(name, seq);
    for (const [name, all] of taken) this.#taken.set(name, new Map(all));
    this.hasGoneBack = true;
  }

  told(producer: string): number {
    return this.#told.get(producer) ?? 0;
  }

  /** An ACK of these points leaves at this moment: what is durable by it must be in a store already. */
  settle(points: readonly JudgedPoint[], level: 'durable' | 'memory'): void {
    for (const { point, reason } of points) {
      if (point === undefined || reason !== '') continue;
      if (level === 'memory') {
        point.takenInEpoch = this.epoch;
        continue;
      }
      point.acked = true;
      const isThere = !mustBeThere(point, this.epoch) || this.#countOf(point.value) > 0;
      law(isThere, () => `value ${point.value} of ${point.series} was acknowledged before it was durable`);
    }
  }

  #learn(text: string): void {
    const name = text.slice(0, text.indexOf('{'));
    this.#known.add(text);
    this.#metrics.set(name, (this.#metrics.get(name) ?? 0) + 1);
  }
}
