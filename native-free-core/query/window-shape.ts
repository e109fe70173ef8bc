import { windowStartOf } from '../cell/window-start.js';

/** The windows of a question: `count` of `stepMs` each, the first at `firstMs`; for each of `groups`. */
export interface WindowShape {
  firstMs: number;
  stepMs: number;
  count: number;
  groups: number;
}

/** The windows that points of [startMs, endMs) fall into; one for all with a step of Infinity. */
export function windowShape(startMs: number, endMs: number, stepMs: number, groups: number): WindowShape {
  if (stepMs === Number.POSITIVE_INFINITY) return { firstMs: 0, stepMs, count: 1, groups };
  const firstMs = windowStartOf(startMs, stepMs);
  return { firstMs, stepMs, count: Math.max(0, Math.ceil((endMs - firstMs) / stepMs)), groups };
}

/** The place, among those of its group, of the window that a time falls into. */
export function windowPlace({ firstMs, stepMs }: WindowShape, timeMs: number): number {
  return stepMs === Number.POSITIVE_INFINITY ? 0 : Math.floor((timeMs - firstMs) / stepMs);
}
