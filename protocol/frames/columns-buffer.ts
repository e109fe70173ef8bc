import { assert } from '../assert.js';
import type { ColumnsView } from './columns.js';

/**
 * Aligned memory for the columns of one batch, for whoever looks at points one by one: columns in a frame lie
 * anywhere, and here they are plain arrays that can be gone over as often as one likes. The copies cost what one
 * pass of unaligned loads costs more than aligned ones (bench/micro/protocol/frames/columns.bench.ts). Owned by
 * one thread, used again for every frame.
 */
export class ColumnsBuffer {
  refs: Uint32Array;
  dt: Int32Array;
  values: Float64Array;
  #refBytes: Uint8Array;
  #dtBytes: Uint8Array;
  #valueBytes: Uint8Array;

  constructor(points = 1024) {
    this.refs = new Uint32Array(points);
    this.dt = new Int32Array(points);
    this.values = new Float64Array(points);
    this.#refBytes = new Uint8Array(this.refs.buffer);
    this.#dtBytes = new Uint8Array(this.dt.buffer);
    this.#valueBytes = new Uint8Array(this.values.buffer);
  }

  /** Copies the `view.count` points of `frame` to the start of the arrays; where dt is nil it is all zeros. */
  load(frame: Uint8Array, view: ColumnsView): void {
    const count = view.count;
    assert(view.valuesOffset + count * 8 <= frame.length, 'a view belongs to the frame it was decoded from');
    if (count > this.refs.length) this.#grow(count);
    this.#refBytes.set(frame.subarray(view.refsOffset, view.refsOffset + count * 4));
    if (view.dtOffset < 0) this.dt.fill(0, 0, count);
    else this.#dtBytes.set(frame.subarray(view.dtOffset, view.dtOffset + count * 4));
    this.#valueBytes.set(frame.subarray(view.valuesOffset, view.valuesOffset + count * 8));
  }

  #grow(count: number): void {
    const points = Math.max(count, this.refs.length * 2);
    this.refs = new Uint32Array(points);
    this.dt = new Int32Array(points);
    this.values = new Float64Array(points);
    this.#refBytes = new Uint8Array(this.refs.buffer);
    this.#dtBytes = new Uint8Array(this.dt.buffer);
    this.#valueBytes = new Uint8Array(this.values.buffer);
  }
}
