/** Values that an estimate looks at: a power of two, so that spreading them over a column takes a shift. */
export const SAMPLES = 16;
const SAMPLES_LOG2 = 4;

/** How many values of `count` are looked at. */
export function sampleCount(count: number): number {
  return Math.min(SAMPLES, count);
}

/** The place of the s-th of them: all in turn in a short column, evenly spread in a long one. */
export function sampleIndex(s: number, count: number): number {
  return count <= SAMPLES ? s : (s * count) >>> SAMPLES_LOG2;
}
