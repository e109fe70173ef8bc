/** Parts that a series is cut into. Of random walks 2 % climb or fall through nine of them, of any noise that comes back next to none. */
const PARTS = 9;

/**
 * Whether an even series climbs from each ninth of it to the next, or falls: a trend, whatever its shape. A test of a line's slope takes what a
 * curve leaves of it for a slow wander, and the less noise there is the surer.
 */
export function isSteadyCourse(y: Float64Array, count: number): boolean {
  if (count < 2 * PARTS) return false;
  let direction = 0;
  let before = 0;
  for (let part = 0; part < PARTS; part++) {
    const from = Math.floor((part * count) / PARTS);
    const to = Math.floor(((part + 1) * count) / PARTS);
    let mean = 0;
    for (let i = from; i < to; i++) mean += y[i]! / (to - from);
    const step = part === 0 ? 0 : Math.sign(mean - before);
    if (part === 1) direction = step;
    if (step !== direction || (part > 0 && step === 0)) return false;
    before = mean;
  }
  return true;
}
