import { IMPORT_BATCH_POINTS } from './limits.js';

/** Largest distance of a point from the first of its batch, ms: dt is an int32. */
const DT_MAX = 2 ** 31 - 1;

/**
 * A batch of points on its way from a file to the producer, with the line that each came from. A point that doesn't fit
 * (the batch is full, or too far away in time) is kept aside and is the first of the next batch.
 */
export class ImportColumns {
  readonly refs = new Uint32Array(IMPORT_BATCH_POINTS);
  readonly dt = new Int32Array(IMPORT_BATCH_POINTS);
  readonly values = new Float64Array(IMPORT_BATCH_POINTS);
  readonly lines = new Float64Array(IMPORT_BATCH_POINTS);
  baseMs = 0;
  count = 0;
  /** The next point must wait until this batch has gone. */
  isFull = false;
  #aside: [ref: number, value: number, timeMs: number, line: number] | undefined;

  /** Adds a point; `isFull` may hold afterwards, never before. Four primitives, because this runs once a point. */
  add(ref: number, value: number, timeMs: number, line: number): void {
    const at = this.count;
    // The wire has whole ms in dt; a fraction is cut off, as the client does it.
    const wholeMs = Math.floor(timeMs);
    if (at === 0) this.baseMs = wholeMs;
    const dt = wholeMs - this.baseMs;
    if (dt > DT_MAX || dt < -DT_MAX) {
      this.#aside = [ref, value, timeMs, line];
      this.isFull = true;
      return;
    }
    this.refs[at] = ref;
    this.dt[at] = dt;
    this.values[at] = value;
    this.lines[at] = line;
    this.count = at + 1;
    this.isFull = this.count === IMPORT_BATCH_POINTS;
  }

  /** Points, the one that is kept aside among them. */
  get size(): number {
    return this.count + (this.#aside === undefined ? 0 : 1);
  }

  /** Takes back what was added since the size was this. */
  truncate(size: number): void {
    if (size === this.size) return;
    this.#aside = undefined;
    this.count = Math.min(this.count, size);
    this.isFull = false;
  }

  /** The batch has gone: the next begins. */
  clear(): void {
    this.count = 0;
    this.isFull = false;
    const aside = this.#aside;
    this.#aside = undefined;
    if (aside !== undefined) this.add(...aside);
  }
}
