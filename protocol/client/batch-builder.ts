import { assert } from '../assert.js';
import { buildColumnsFrame } from './columns-frame.js';

/** Points of a builder's first memory; it doubles up to the largest batch. */
const initialPoints = 256;

/** Collects points one by one into columns. Keeps its memory from batch to batch; a sealed frame has its own. */
export class BatchBuilder {
  readonly #pointsMax: number;
  #refs = new Uint32Array(0);
  #dts = new Int32Array(0);
  #values = new Float64Array(0);
  #baseMs = 0;
  #count = 0;
  /** Points that fit now: 0 while closed, so that the hot path needs one comparison. */
  #room = 0;
  /** All dt or-ed together: 0 means that every point is at the base time. */
  #dtBits = 0;

  constructor(pointsMax: number) {
    this.#pointsMax = pointsMax;
  }

  get count(): number {
    return this.#count;
  }

  get isOpen(): boolean {
    return this.#room > 0;
  }

  get isFull(): boolean {
    return this.#count >= this.#pointsMax;
  }

  /** Starts a batch whose times are counted from `baseMs`. */
  open(baseMs: number): void {
    assert(this.#count === 0, 'a batch must be sealed before the next is opened');
    this.#baseMs = baseMs;
    this.#dtBits = 0;
    if (this.#refs.length === 0) this.#resize(Math.min(initialPoints, this.#pointsMax));
    this.#room = this.#refs.length;
  }

  /**
   * Adds a point, or answers false and changes nothing: no batch is open, it has no room, or the time isn't a
   * whole number of ms within 24 days of the batch's first. The caller finds out which.
   */
  tryAdd(ref: number, value: number, timeMs: number): boolean {
    const index = this.#count;
    const dt = timeMs - this.#baseMs;
    // (dt | 0) is dt only for whole numbers that fit an int32; NaN is caught too.
    if (index >= this.#room || dt !== (dt | 0)) return false;
    this.#refs[index] = ref;
    this.#dts[index] = dt;
    this.#values[index] = value;
    this.#dtBits |= dt;
    this.#count = index + 1;
    return true;
  }

  /** Doubles the memory if it is what `tryAdd` lacked; answers whether there is room now. */
  tryGrow(): boolean {
    if (!this.isOpen) return false;
    if (this.#count < this.#room) return true;
    if (this.#room >= this.#pointsMax) return false;
    this.#resize(Math.min(this.#pointsMax, this.#refs.length * 2));
    this.#room = this.#refs.length;
    return true;
  }

  /** Ends the batch and answers it as a frame without a number. */
  seal(): Uint8Array {
    const count = this.#count;
    const frame = buildColumnsFrame(this.#baseMs, {
      refs: this.#refs.subarray(0, count),
      dt: this.#dtBits === 0 ? undefined : this.#dts.subarray(0, count),
      values: this.#values.subarray(0, count),
    });
    this.#count = 0;
    this.#room = 0;
    return frame;
  }

  #resize(points: number): void {
    const { refs, dts, values } = { refs: this.#refs, dts: this.#dts, values: this.#values };
    this.#refs = new Uint32Array(points);
    this.#dts = new Int32Array(points);
    this.#values = new Float64Array(points);
    this.#refs.set(refs);
    this.#dts.set(dts);
    this.#values.set(values);
  }
}
