import type { Clock } from '../clock.js';
import {
  INLINE_BUDGET_MS,
  INLINE_OTHERS_SHARE_MAX,
  INLINE_SAMPLE_MS,
  INLINE_SHARE,
  INLINE_STRETCH_MS,
} from './limits.js';

/** Time that an event loop has worked and has waited since it began, ms. */
export type LoopTimes = () => { active: number; idle: number };

/**
 * How much of the socket thread's time queries may take: a share of it, little at a stretch, and nothing while points, which wait for
 * their acknowledgement, take most of it.
 */
export class LoopShare {
  readonly #clock: Clock;
  readonly #times: LoopTimes;
  /** What may be spent now, ms. Below 0 where more was spent than allowed. */
  #allowedMs = INLINE_STRETCH_MS;
  #allowedAtMs = Number.NEGATIVE_INFINITY;
  #sample = { active: 0, idle: 0, spentMs: 0, atMs: Number.NEGATIVE_INFINITY };
  #spentMs = 0;
  #isBusy = false;

  constructor(clock: Clock, times: LoopTimes) {
    this.#clock = clock;
    this.#times = times;
  }

  /** Whether a query may begin. */
  mayBegin(): boolean {
    const nowMs = this.#clock.monotonicMs();
    const gained = (nowMs - this.#allowedAtMs) * INLINE_SHARE;
    this.#allowedMs = Math.min(INLINE_STRETCH_MS, this.#allowedMs + gained);
    this.#allowedAtMs = nowMs;
    if (nowMs - this.#sample.atMs >= INLINE_SAMPLE_MS) this.#look(nowMs);
    return !this.#isBusy && this.#allowedMs >= INLINE_BUDGET_MS;
  }

  /** Notes what a query took. */
  spend(ms: number): void {
    this.#allowedMs -= ms;
    this.#spentMs += ms;
  }

  #look(nowMs: number): void {
    const last = this.#sample;
    const { active, idle } = this.#times();
    const whole = active - last.active + idle - last.idle;
    const others = active - last.active - (this.#spentMs - last.spentMs);
    this.#isBusy = others > INLINE_OTHERS_SHARE_MAX * whole;
    this.#sample = { active, idle, spentMs: this.#spentMs, atMs: nowMs };
  }
}
