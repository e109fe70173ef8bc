import {
  BEFORE_OTHER,
  BEFORE_SECOND,
  EXTENT_FIRST,
  EXTENT_OTHER,
  EXTENT_SECOND,
  LINE_COUNT,
  LINE_FIRST,
  LINE_GENERATION,
  LINE_SHIFT_U32,
  UNIT_FLOATS,
} from './head-layout.js';
import type { HeadViews } from './head-memory.js';

/** Points of `slot` in the arena of `generation`; 0 when it holds none of that generation. */
export function chainCount(views: HeadViews, slot: number, generation: number): number {
  const state = (slot << LINE_SHIFT_U32) + ((generation & 1) << 2);
  return views.lines[state + LINE_GENERATION] === generation ? views.lines[state + LINE_COUNT]! : 0;
}

/**
 * Copies the first `count` points of `slot` in the arena of `generation`, in order of arrival, to `times` and `values`
 * from `start` on. A reader of another thread calls it between two looks at SEQUENCE and throws the copy away when they
 * differ; every index is checked, so that a torn chain ends the copy instead of running off. Answers the points copied.
 */
export function copyChain(
  views: HeadViews,
  slot: number,
  generation: number,
  count: number,
  times: Float64Array,
  values: Float64Array,
  start: number,
): number {
  return copyChainPart(views, slot, generation, { from: 0, to: count }, times, values, start);
}

/**
 * The same for the points [from, to) of the chain, which it walks from its begin. Answers how many were copied.
 */
// Seven arguments, as copyChain has, for the same reason: the columns are the caller's.
export function copyChainPart(
  views: HeadViews,
  slot: number,
  generation: number,
  part: { from: number; to: number },
  times: Float64Array,
  values: Float64Array,
  start: number,
): number {
  const { from, to } = part;
  const arena = views.arenas[generation & 1]!;
  const links = views.links[generation & 1]!;
  let unit = views.lines[(slot << LINE_SHIFT_U32) + ((generation & 1) << 2) + LINE_FIRST]!;
  let seen = 0;
  let out = start;
  while (seen < to) {
    const capacity =
      seen >= BEFORE_OTHER ? EXTENT_OTHER : seen >= BEFORE_SECOND ? EXTENT_SECOND : EXTENT_FIRST;
    const here = Math.min(capacity, to - seen);
    const at = unit * UNIT_FLOATS;
    if (at + capacity * 2 > arena.length) break;
    for (let i = Math.max(0, from - seen); i < here; i++) {
      times[out] = arena[at + i * 2]!;
      values[out++] = arena[at + i * 2 + 1]!;
    }
    seen += here;
    unit = links[unit]!;
  }
  return out - start;
}
