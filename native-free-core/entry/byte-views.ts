/** Typed views of every width over one buffer that its owner may replace by a larger one. */
export class ByteViews {
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;

  /** `bytes` must be a multiple of 8. */
  constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes);
    this.u8 = new Uint8Array(buffer);
    this.i8 = new Int8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  /** Views over at least `bytes` with what is in these, or these themselves when they are large enough. */
  grown(bytes: number): ByteViews {
    if (bytes <= this.u8.length) return this;
    const larger = new ByteViews(2 ** Math.ceil(Math.log2(bytes)));
    larger.u8.set(this.u8);
    return larger;
  }
}
