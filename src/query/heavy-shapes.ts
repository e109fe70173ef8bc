import type { LabelMatcher, QueryRequest } from '../http/ports.js';
import { HEAVY_SHAPE_LENGTH_MAX, HEAVY_SHAPES_KEPT } from './limits.js';
import { selectorsKey } from './selectors-key.js';

/** What else of a request says how much work it is, where it has it. */
interface Weighed extends QueryRequest {
  metric?: string;
  names?: LabelMatcher[] | undefined;
  selectors?: LabelMatcher[];
  startMs?: number;
  stepMs?: number;
  groupBy?: readonly string[];
  aggregations?: readonly { name: string }[];
}

/**
 * Which queries were heavy when they were asked last, so that they don't try the thread of light ones again and again. Queries are
 * alike when they are of one kind, about one metric and the same conditions, over ranges of about one length, and make the same windows of them.
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
    if (!isHeavy || shape.length > HEAVY_SHAPE_LENGTH_MAX) return;
    this.#shapes.add(shape);
    if (this.#shapes.size > HEAVY_SHAPES_KEPT)
      this.#shapes.delete(this.#shapes.values().next().value as string);
  }
}

function shapeOf(request: Weighed): string {
  const { kind, metric = '', names = [], selectors = [], startMs, endMs, stepMs = 0 } = request;
  const length = startMs === undefined || endMs === undefined ? 0 : Math.round(Math.log2(endMs - startMs));
  let shape = `${kind} ${length} ${stepMs} ${metric.length}:${metric}${selectorsKey(names)} ${selectorsKey(selectors)}`;
  for (const label of request.groupBy ?? []) shape += ` ${label.length}:${label}`;
  for (const { name } of request.aggregations ?? []) shape += `,${name}`;
  return shape;
}
