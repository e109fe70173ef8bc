/** What stands in `refs` for a point that is refused. */
export const REFUSED = -1;

/**
 * The points of one batch on their way to the rings, column by column, in memory that is kept: references (REFUSED
 * where a point is not taken), values, and times in one of the forms of entry-layout.ts. Values and deltas may instead lie
 * in the frame that they came in. One a socket thread.
 */
export class PointColumns {
  refs = new Int32Array(1 << 12);
  values = new Float64Array(1 << 12);
  times = new Float64Array(1 << 12);
  count = 0;

  /** Makes room for `count` points; what was in the columns is kept. */
  reserve(count: number): void {
    if (count <= this.refs.length) return;
    const size = 2 ** Math.ceil(Math.log2(count));
    const refs = new Int32Array(size);
    const values = new Float64Array(size);
    const times = new Float64Array(size);
    refs.set(this.refs);
    values.set(this.values);
    times.set(this.times);
    this.refs = refs;
    this.values = values;
    this.times = times;
  }
}
