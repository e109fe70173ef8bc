import { LINE_FIRST, LINE_GENERATION, LINE_SHIFT_U32, UNIT_FLOATS } from './head-layout.js';
import type { HeadViews } from './head-memory.js';

/**
 * Reads ahead of a loop, so that the cache lines of its next turns come from memory side by side. In the loop itself
 * each waits for the one before it: where a point goes is read from its line, and one turn is longer than the
 * processor looks ahead. Nothing follows from what is read.
 */

/** Takes the sums: V8 leaves a read away when its value goes nowhere. */
const read = new Float64Array(1);

/** Floats to the second cache line of a unit. */
const HALF_UNIT = UNIT_FLOATS / 2;

/** The lines of `slots` [from, to). */
export function touchLines(views: HeadViews, slots: Int32Array, from: number, to: number): void {
  const { lines } = views;
  let sum = 0.5;
  for (let i = from; i < to; i++) sum += lines[(slots[i]! << LINE_SHIFT_U32) + LINE_GENERATION]!;
  read[0] = sum;
}

/** The first extents of `count` slots, `slot` and each `step` further, in the arena of `generation`. */
export function touchChains(
  views: HeadViews,
  generation: number,
  slot: number,
  step: number,
  count: number,
): void {
  const { lines } = views;
  const arena = views.arenas[generation & 1]!;
  const word = ((generation & 1) << 2) + LINE_FIRST;
  let sum = 0.5;
  for (let i = 0; i < count; i++) {
    const at = lines[((slot + i * step) << LINE_SHIFT_U32) + word]! * UNIT_FLOATS;
    sum += arena[at]! + arena[at + HALF_UNIT]!;
  }
  read[0] = sum;
}
