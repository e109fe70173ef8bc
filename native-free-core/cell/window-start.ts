/**
 * The start of the window that holds a time: the greatest multiple of windowMs at or below it, so windows are
 * aligned to the epoch, before it too. Both in ms; windowMs is a positive integer, the time may have a fraction.
 */
export function windowStartOf(timeMs: number, windowMs: number): number {
  const start = Math.floor(timeMs / windowMs) * windowMs + 0; // + 0: no window starts at -0
  // Rounding never carries a quotient over an integer, but that of the smallest negative times underflows to it.
  return start > timeMs ? start - windowMs : start;
}
