import type { CellRun } from '../cell/cell-run.js';
import { BucketCounter } from '../histogram/bucket-counter.js';
import { nearestRank } from '../histogram/nearest-rank.js';
import { Sketch } from '../histogram/sketch.js';
import type { PointWindows } from './point-windows.js';
import { type WindowShape, windowPlace } from './window-shape.js';

// Scratch of this thread; nothing of it outlives a call.
const counter = new BucketCounter();
const merged = new Sketch(64);

/** Places of sketches, each made when its window gets a point. Percentiles are within BUCKET_RELATIVE_ERROR. */
export class SketchGrid {
  readonly shape: WindowShape;
  /** About what the sketches take. */
  bytes = 0;
  readonly #sketches: (Sketch | undefined)[];
  #indexes = new Int32Array(64);
  #counts = new Float64Array(64);

  constructor(shape: WindowShape) {
    this.shape = shape;
    this.#sketches = new Array<Sketch | undefined>(shape.count * shape.groups).fill(undefined);
  }

  /** Adds cells [from, to) of a run to a group. */
  addCells(group: number, run: CellRun, from: number, to: number): void {
    const base = group * this.shape.count;
    for (let i = from; i < to; i++) {
      const place = base + windowPlace(this.shape, run.windowStartMs[i]!);
      const sketch = this.#sketch(place);
      const before = sketch.bytes;
      sketch.addBuckets(run.bucketIndexes, run.bucketCounts, run.bucketStart(i), run.bucketEnd[i]!);
      this.bytes += sketch.bytes - before;
    }
  }

  /** Adds the points that `windows` were gathered from. */
  addPoints(group: number, windows: PointWindows, values: Float64Array): void {
    const base = group * this.shape.count;
    for (let i = 0; i < windows.length; i++) {
      const from = windows.from[i]!;
      const to = windows.to[i]!;
      if (to - from > this.#indexes.length) {
        this.#indexes = new Int32Array(2 * (to - from));
        this.#counts = new Float64Array(2 * (to - from));
      }
      const length = counter.countInto(values, from, to, this.#indexes, this.#counts, 0);
      const place = base + windowPlace(this.shape, windows.windowStartMs[i]!);
      const sketch = this.#sketch(place);
      const before = sketch.bytes;
      sketch.addBuckets(this.#indexes, this.#counts, 0, length);
      this.bytes += sketch.bytes - before;
    }
  }

  /** The nearest-rank percentiles of places [from, to] together, clamped to [min, max]; false where they are empty. */
  percentilesInto(
    from: number,
    to: number,
    percents: readonly number[],
    extremes: { min: number; max: number },
    out: Float64Array,
  ): boolean {
    const sketch = from === to ? this.#sketches[from] : this.#mergeAll(from, to);
    if (sketch === undefined || sketch.count === 0) return false;
    percents.forEach((percent, k) => {
      out[k] = percentileOf(sketch, percent, extremes);
    });
    return true;
  }

  /** The sketch of a place; undefined while it is empty. It is the grid's own. */
  at(place: number): Sketch | undefined {
    return this.#sketches[place];
  }

  #mergeAll(from: number, to: number): Sketch {
    merged.reset();
    for (let place = from; place <= to; place++) {
      const sketch = this.#sketches[place];
      if (sketch !== undefined) merged.merge(sketch);
    }
    return merged;
  }

  #sketch(place: number): Sketch {
    let sketch = this.#sketches[place];
    if (sketch !== undefined) return sketch;
    this.#sketches[place] = sketch = new Sketch();
    this.bytes += sketch.bytes;
    return sketch;
  }
}

function percentileOf(sketch: Sketch, percent: number, { min, max }: { min: number; max: number }): number {
  const rank = nearestRank(percent, sketch.count);
  if (rank <= 1) return min;
  if (rank === sketch.count) return max;
  return Math.min(Math.max(sketch.quantile(percent), min), max);
}
