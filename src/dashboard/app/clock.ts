/** The page's clocks: the one place that reads them. */

export const nowMs = (): number => Date.now();

/** Steady, for durations, ms. */
export const steadyMs = (): number => performance.now();
