import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { metricOf } from './series-pool.js';

/** A step of the clock that is doubted, and how long it must have stood to be believed: what operating.md promises, ms. */
const LEAP_MS = 60_000;
const DOUBT_MS = 3_600_000;

/**
 * What one shard may take away for its age: the time that its worker must go by, and how long what is kept. The clock is
 * believed as a worker begins, and when it goes on or back; what leaps ahead is doubted for an hour.
 */
export class Keeping {
  /** By tier, the bytes that the shard may have. */
  readonly bytesMax: readonly number[];
  readonly #policy: RetentionPolicy;
  readonly #classes = new Map<string, number>();
  #wallMs = Number.NaN;
  #believedMs = Number.NaN;
  #doubtedMs = Number.NaN;
  #latestMs = Number.NEGATIVE_INFINITY;

  constructor(policy: RetentionPolicy, bytesMax: readonly number[]) {
    this.#policy = policy;
    this.bytesMax = bytesMax;
  }

  /** A worker begins: it has seen no clock yet. */
  begin(): void {
    this.#wallMs = this.#believedMs = this.#doubtedMs = Number.NaN;
    this.#latestMs = Number.NEGATIVE_INFINITY;
  }

  /** The worker looks at the clock. */
  observe(wallMs: number): void {
    const passedMs = wallMs - this.#wallMs;
    this.#wallMs = wallMs;
    if (passedMs > LEAP_MS) this.#doubtedMs = 0;
    else {
      this.#doubtedMs += Math.max(0, passedMs);
      this.#believedMs += Math.max(0, passedMs);
    }
    if (!(this.#doubtedMs < DOUBT_MS && wallMs > this.#believedMs)) {
      this.#doubtedMs = Number.NaN;
      this.#believedMs = wallMs;
    }
    this.#latestMs = Math.max(this.#latestMs, this.#believedMs);
  }

  /** What ends before it may be gone: by the latest time that the worker has believed, since a job may have begun then. */
  mayGoBeforeMs(series: string, tier: number): number {
    return this.#latestMs - this.#retentionMs(series, tier);
  }

  /** What ends before it is gone after a sweep. */
  mustGoBeforeMs(series: string, tier: number): number {
    return this.#believedMs - this.#retentionMs(series, tier);
  }

  /** The coarsest of the tiers that some series keep longest. */
  get longestTier(): number {
    const kept = [0, 1, 2, 3, 4].map((tier) => this.#policy.longestMs(tier));
    return kept.lastIndexOf(Math.max(...kept));
  }

  #retentionMs(series: string, tier: number): number {
    const metric = metricOf(series);
    let retentionClass = this.#classes.get(metric);
    if (retentionClass === undefined) {
      retentionClass = this.#policy.classOf(metric);
      this.#classes.set(metric, retentionClass);
    }
    return this.#policy.retentionMs(retentionClass, tier);
  }
}
