/**
 * The page's clocks: the one place that reads them. Times of data are the engine's, so where the reader's clock is wrong the
 * engine's counts: a chart of the last hour would be empty otherwise.
 */

/** How far off the reader's clock may be before it is corrected, ms: a chart can do with that. */
const TOLERANCE_MS = 2_000;

/** The engine tells whole seconds. */
const TOLD_MS = 1_000;

let offsetMs = 0;

/** The engine's time. */
export const nowMs = (): number => Date.now() + offsetMs;

/** The reader's own clock, which may be wrong. */
export const ownMs = (): number => Date.now();

/**
 * Takes the engine's time as an answer told it, in ms (NaN: it didn't), to a question that was sent at `sentMs` of the reader's
 * clock. However long both were on their way, the true offset lies between two bounds; of these the later counts, because a
 * chart that ends a moment too late shows all there is.
 */
export function learnNow(engineMs: number, sentMs: number): void {
  const least = engineMs - ownMs();
  const most = engineMs + TOLD_MS - sentMs;
  if (offsetMs < least - TOLERANCE_MS || offsetMs > most + TOLERANCE_MS) offsetMs = most;
}

/** What is added to the reader's clock, ms. */
export const clockOffsetMs = (): number => offsetMs;

/** Steady, for durations, ms. */
export const steadyMs = (): number => performance.now();

/** Tells observers of the browser's measures how long something took, in ms, that began at `startMs` of `steadyMs`. */
export function measureSince(name: string, startMs: number): void {
  performance.measure(name, { start: startMs });
  // Those who listen have it; a page that is open for days must not collect them.
  performance.clearMeasures(name);
}

/** Calls back as soon as the frame that is being made is on the screen. */
export function afterFrame(done: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    done();
  };
  port2.postMessage(0);
}
