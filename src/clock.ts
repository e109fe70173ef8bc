/**
 * Where time comes from. Everything that needs the time of day or a duration is given a Clock; this file is
 * the only one that reads the machine's clocks, so that a test or the simulator can put its own in their place.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC; may jump when the machine's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. For durations and deadlines. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
