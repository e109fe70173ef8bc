import { RETENTION_HOLD_MS, RETENTION_STEP_MS_MAX } from '../limits.js';

/**
 * The time that retention goes by: the wall clock, unless that leaps ahead. What was expired by a clock that somebody set wrong is
 * lost, and what is kept an hour longer harms nobody, so a leap is believed only after it has stood for RETENTION_HOLD_MS. A clock
 * that is set back is believed at once: it keeps more.
 *
 * `observe` must be called often: what passes unobserved is a leap too, as when a machine slept.
 */
export class RetentionClock {
  #believedMs = Number.NaN;
  #lastMs = Number.NaN;
  /** How long a leap has stood; NaN: there is none. */
  #heldMs = Number.NaN;

  /** Tells what the wall clock says, and answers what is believed. */
  observe(nowMs: number): number {
    const passedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (passedMs > RETENTION_STEP_MS_MAX) this.#heldMs = 0;
    else if (!Number.isNaN(this.#heldMs)) this.#hold(Math.max(0, passedMs));
    // The first observation has nothing to be compared with.
    const isHeld = !Number.isNaN(this.#heldMs) && nowMs > this.#believedMs;
    if (isHeld) return this.#believedMs;
    this.#heldMs = Number.NaN;
    this.#believedMs = nowMs;
    return nowMs;
  }

  #hold(passedMs: number): void {
    this.#heldMs += passedMs;
    this.#believedMs += passedMs;
    if (this.#heldMs >= RETENTION_HOLD_MS) this.#heldMs = Number.NaN;
  }
}
