/** The page's clocks: the one place that reads them. */

export const nowMs = (): number => Date.now();

/** Steady, for durations, ms. */
export const steadyMs = (): number => performance.now();

/** Tells observers of the browser's measures how long something took, in ms, that began at `startMs` of `steadyMs`. */
export function measureSince(name: string, startMs: number): void {
  performance.measure(name, { start: startMs });
  // Those who listen have it; a page that is open for days must not collect them.
  performance.clearMeasures(name);
}
