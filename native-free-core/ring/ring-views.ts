import { DATA_OFFSET, UNIT_BYTES } from './ring-layout.js';

/** The typed views over one ring's memory, shared by its two ends. Data indexes count from the data's begin. */
export class RingViews {
  readonly words: Int32Array;
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly units: number;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, DATA_OFFSET / 4);
    this.u8 = new Uint8Array(memory, DATA_OFFSET);
    this.u32 = new Uint32Array(memory, DATA_OFFSET);
    this.i32 = new Int32Array(memory, DATA_OFFSET);
    this.f64 = new Float64Array(memory, DATA_OFFSET);
    this.units = this.u8.length / UNIT_BYTES;
  }
}
