import { EXACT_VALUES_MAX, KEPT_VALUES_MAX } from './limits.js';
import { tooBig } from './stop-check.js';

const FIRST = 1_024;

/** Values of one statistic, in memory that grows by doubling and is used again by the next query. */
export class ValueColumn {
  items: Float64Array<ArrayBuffer>;
  length = 0;

  /** `capacity` is what there is room for at first. */
  constructor(capacity = FIRST) {
    this.items = new Float64Array(capacity);
  }

  clear(): void {
    this.length = 0;
    if (this.items.length > KEPT_VALUES_MAX) this.items = new Float64Array(FIRST);
  }

  /** Adds `values[from..to)`. @throws MillraceError MR_QUERY_TOO_BIG */
  append(values: Float64Array, from: number, to: number): void {
    this.reserve(this.length + to - from);
    const items = this.items;
    let at = this.length;
    // A loop beats subarray and set for the short runs of many series: no view object.
    for (let i = from; i < to; i++) items[at++] = values[i]!;
    this.length = at;
  }

  /** Makes room for `count` values in all. @throws MillraceError MR_QUERY_TOO_BIG */
  reserve(count: number): void {
    if (count <= this.items.length) return;
    if (count > EXACT_VALUES_MAX)
      throw tooBig(`needs the exact statistics of more than ${EXACT_VALUES_MAX} points`);
    const larger = new Float64Array(2 ** Math.ceil(Math.log2(count)));
    larger.set(this.items.subarray(0, this.length));
    this.items = larger;
  }
}
