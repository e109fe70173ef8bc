import { type Pattern, patternValue } from './patterns.js';
import { SeededRandom } from './random.js';
import type { PointBatch } from './target.js';

const WAVE_MS_LIVE = 300_000;
const WAVE_MS_HISTORY = 86_400_000;

/** What is to be generated; times in ms. */
export interface PlanOptions {
  pattern: Pattern;
  hosts: number;
  seed: number;
  nowMs: number;
  /** Live: how long. */
  durationMs: number;
  /** A point of each host as often as this. */
  intervalMs: number;
  /** Points a second over all hosts, instead of one a host and interval; of a history: how fast it is sent. */
  ratePerSecond: number | undefined;
  /** Where given, the points lie in the past, from so long ago until now. */
  backfillMs: number | undefined;
}

/**
 * Which points there will be, when they lie, and when they are due. Points come in order: all hosts of one
 * moment, then the next moment; with a rate, one host after the other at even distances.
 */
export class Plan {
  /** Points in all. */
  readonly count: number;
  readonly #options: PlanOptions;
  readonly #random: SeededRandom;
  readonly #startMs: number;
  /** Between two moments; with a live rate between two points. */
  readonly #stepMs: number;
  readonly #pointsPerStep: number;
  readonly #spanMs: number;
  #batch: PointBatch = batchOf(0);
  #next = 0;

  constructor(options: PlanOptions) {
    const { hosts, nowMs, durationMs, intervalMs, ratePerSecond, backfillMs } = options;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#spanMs = backfillMs ?? durationMs;
    this.#startMs = nowMs - (backfillMs ?? 0);
    const isPaced = backfillMs === undefined && ratePerSecond !== undefined;
    this.#stepMs = isPaced ? 1000 / ratePerSecond : intervalMs;
    this.#pointsPerStep = isPaced ? 1 : hosts;
    // The small part guards against 0.30000000000000004 steps; at least one moment, or nothing would be sent.
    this.count = Math.max(1, Math.floor(this.#spanMs / this.#stepMs + 1e-9)) * this.#pointsPerStep;
  }

  get isThrough(): boolean {
    return this.#next >= this.count;
  }

  /** When the next point may be sent, ms since the epoch. */
  get nextDueMs(): number {
    const { nowMs, backfillMs, ratePerSecond } = this.#options;
    if (backfillMs === undefined) return this.#timeMs(this.#next);
    return ratePerSecond === undefined ? nowMs : nowMs + (this.#next * 1000) / ratePerSecond;
  }

  /** The next points that are due, at most `max`; empty when none are. Valid until the next call. */
  take(max: number, nowMs: number): PointBatch {
    if (this.#batch.hosts.length < max) this.#batch = batchOf(max);
    const { hosts, timesMs, values } = this.#batch;
    let count = 0;
    while (count < max && !this.isThrough && this.nextDueMs <= nowMs) {
      const host = this.#next % this.#options.hosts;
      const timeMs = Math.floor(this.#timeMs(this.#next));
      hosts[count] = host;
      timesMs[count] = timeMs;
      values[count++] = this.#value(host, timeMs);
      this.#next++;
    }
    return {
      hosts: hosts.subarray(0, count),
      timesMs: timesMs.subarray(0, count),
      values: values.subarray(0, count),
    };
  }

  #timeMs(index: number): number {
    return this.#startMs + Math.floor(index / this.#pointsPerStep) * this.#stepMs;
  }

  #value(host: number, timeMs: number): number {
    const { pattern, hosts, backfillMs } = this.#options;
    const moment = {
      timeMs,
      progress: (timeMs - this.#startMs) / this.#spanMs,
      periodMs: backfillMs === undefined ? WAVE_MS_LIVE : WAVE_MS_HISTORY,
      phase: host / hosts,
    };
    return patternValue(pattern, moment, this.#random);
  }
}

function batchOf(points: number): PointBatch {
  return {
    hosts: new Uint32Array(points),
    timesMs: new Float64Array(points),
    values: new Float64Array(points),
  };
}
