import {
  BEFORE_SECOND,
  LINE_COUNT,
  LINE_FIRST,
  LINE_GENERATION,
  LINE_SHIFT_U32,
  UNIT_FLOATS,
} from './head-layout.js';
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

/**
 * The first two extents of each of `slots` [0, count) in the arena of `generation`, one after the other, because where the second is comes from
 * the same place as the first: all that most chains have, and of a long one what begins it.
 */
export function touchExtents(views: HeadViews, generation: number, slots: Uint32Array, count: number): void {
  const { lines } = views;
  const arena = views.arenas[generation & 1]!;
  const links = views.links[generation & 1]!;
  const state = (generation & 1) << 2;
  let sum = 0.5;
  for (let i = 0; i < count; i++) {
    const unit = lines[(slots[i]! << LINE_SHIFT_U32) + state + LINE_FIRST]!;
    const at = unit * UNIT_FLOATS;
    sum += arena[at]! + arena[at + HALF_UNIT]! + links[unit]!;
  }
  for (let i = 0; i < count; i++) {
    const line = (slots[i]! << LINE_SHIFT_U32) + state;
    if (lines[line + LINE_COUNT]! <= BEFORE_SECOND) continue;
    sum += arena[links[lines[line + LINE_FIRST]!]! * UNIT_FLOATS]!;
  }
  read[0] = sum;
}
