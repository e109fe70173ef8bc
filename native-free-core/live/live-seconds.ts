import { assert } from '../assert.js';
import { RING_SECONDS } from './live-windows-layout.js';

/**
 * Windows are made of whole seconds. The range [fromMs, toMs) is answered by the epoch seconds
 *
 *     floor(fromMs / 1000) … ceil(toMs / 1000) - 1
 *
 * so every point whose time lies in the range is in. What may be in besides: points of the second in which the range
 * begins but before `fromMs`, and of the second in which it ends but at or after `toMs`; with `toMs` = now those are
 * points of producers whose clock is ahead. A range on whole seconds is exact.
 */

/** The longest range: what GET /metrics/current and live subscriptions may ask for. */
export const LIVE_RANGE_MS_MAX = 60_000;

/** Seconds before the writer's present one that still take points: a range of 60 s begins up to 60 before its last
 * second, and a reader's clock may stand a second behind the writer's. */
export const LIVE_PAST_SECONDS = 61;

/** Seconds after the present one that take points: producers' clocks run ahead, and a writer may be in a long cycle. */
export const LIVE_FUTURE_SECONDS = 2;

/** The first second of a range. */
export function firstSecond(fromMs: number): number {
  return Math.floor(fromMs / 1_000);
}

/** The second behind the last one of a range. */
export function endSecond(toMs: number): number {
  return Math.ceil(toMs / 1_000);
}

/**
 * The milliseconds up to `toMs` that the answer to [fromMs, toMs) covers: by this, not by the length that was asked
 * for, a count becomes a rate, or a window of one second would report up to twice the rate.
 */
export function coveredMs(fromMs: number, toMs: number): number {
  return toMs - firstSecond(fromMs) * 1_000;
}

assert(
  LIVE_PAST_SECONDS + 1 + LIVE_FUTURE_SECONDS === RING_SECONDS,
  'seconds that take points must fill the ring',
);
assert(LIVE_RANGE_MS_MAX / 1_000 + 1 <= LIVE_PAST_SECONDS, 'the longest range must lie in the ring');
