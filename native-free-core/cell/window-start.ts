/**
 * The start of the window that holds a time: the greatest multiple of windowMs at or below it, so windows are
 * aligned to the epoch, before it too. Both in ms; windowMs is a positive integer, the time may have a fraction.
 */
export function windowStartOf(timeMs: number, windowMs: number): number {
  const start = Math.floor(timeMs / windowMs) * windowMs;
  // The quotient is rounded: just below a boundary it can reach the boundary.
  return start > timeMs ? start - windowMs : start;
}
