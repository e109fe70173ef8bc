import type { LabelMatcher, QueryRequest } from '../http/ports.js';
import { HEAVY_SHAPES_KEPT } from './limits.js';
import { selectorsKey } from './selectors-key.js';

/** What else of a request says how much work it is, where it has it. */
interface Weighed extends QueryRequest {
  metric?: string;
  names?: LabelMatcher[] | undefined;
  selectors?: LabelMatcher[];
  startMs?: number;
}

/**
 * Which queries were heavy when they were asked last, so that they don't try the thread of light ones again and again. Queries are
 * alike when they are of one kind, about one metric and the same conditions, over ranges of about one length.
 */
export class HeavyShapes {
  readonly #shapes = new Set<string>();

  isHeavy(request: QueryRequest): boolean {
    return this.#shapes.size > 0 && this.#shapes.has(shapeOf(request));
  }

  /** Notes how it went. */
  learn(request: QueryRequest, isHeavy: boolean): void {
    const shape = shapeOf(request);
    this.#shapes.delete(shape);
    if (!isHeavy) return;
    this.#shapes.add(shape);
    if (this.#shapes.size > HEAVY_SHAPES_KEPT)
      this.#shapes.delete(this.#shapes.values().next().value as string);
  }
}

function shapeOf({ kind, metric = '', names = [], selectors = [], startMs, endMs }: Weighed): string {
  const length = startMs === undefined || endMs === undefined ? 0 : Math.round(Math.log2(endMs - startMs));
  return `${kind} ${length} ${metric.length}:${metric}${selectorsKey(names)} ${selectorsKey(selectors)}`;
}
