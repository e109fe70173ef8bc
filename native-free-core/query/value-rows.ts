import { bucketInner } from '../histogram/bucket.js';
import type { Sketch } from '../histogram/sketch.js';

/** From this ratio of the largest to the smallest value on, rows are as far apart in ratio instead of in difference. */
const LOGARITHMIC_FROM = 50;

/**
 * The rows of a heat map: `count` intervals of values from the smallest to the largest that sketches hold. Row r holds
 * values in [bounds[r], bounds[r + 1]), the last one its upper bound too. A value counts as the bound of its bucket that is nearer
 * to zero: small integers are themselves.
 */
export class ValueRows {
  readonly bounds: Float64Array;

  /** Fewer rows where all values are the same. `sketches` may have gaps; without any value there is no row. */
  constructor(sketches: Iterable<Sketch | undefined>, count: number) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const sketch of sketches) {
      if (sketch === undefined || sketch.length === 0) continue;
      low = Math.min(low, bucketInner(sketch.indexes[0]!));
      high = Math.max(high, bucketInner(sketch.indexes[sketch.length - 1]!));
    }
    this.bounds = boundsOf(low, high, count);
  }

  get count(): number {
    return Math.max(0, this.bounds.length - 1);
  }

  /** Adds the values of a sketch to the rows that they lie in; `counts` has one place a row. */
  countInto(sketch: Sketch, counts: Float64Array): void {
    const { bounds } = this;
    let row = 0;
    for (let i = 0; i < sketch.length; i++) {
      const value = bucketInner(sketch.indexes[i]!);
      while (row < counts.length - 1 && value >= bounds[row + 1]!) row++;
      counts[row] = counts[row]! + sketch.counts[i]!;
    }
  }
}

/** Between two positive numbers by ratio; by logarithms, since the ratio of extremes may overflow. */
const between = (low: number, high: number, part: number): number =>
  part === 0 ? low : Math.exp(Math.log(low) * (1 - part) + Math.log(high) * part);

function boundsOf(low: number, high: number, count: number): Float64Array {
  if (!(low <= high)) return new Float64Array(0);
  if (low === high) return Float64Array.of(low, low === 0 ? 1 : low + Math.abs(low) / 100);
  const bounds = new Float64Array(count + 1);
  const isLogarithmic = low > 0 && high / low >= LOGARITHMIC_FROM;
  for (let row = 0; row <= count; row++) {
    // As a sum of two products: a difference of extremes may overflow.
    const linear = low * (1 - row / count) + high * (row / count);
    bounds[row] = isLogarithmic ? Math.min(high, between(low, high, row / count)) : linear;
  }
  bounds[count] = high;
  return bounds;
}
