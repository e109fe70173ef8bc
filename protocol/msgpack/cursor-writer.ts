import { assert } from '../assert.js';
import { encodeUtf8Into, utf8ByteLength } from '../utf8.js';
import { writeFloat64, writeUint32 } from './float-bits.js';
import { Lead } from './msgpack-layout.js';

const two32 = 2 ** 32;

/** Larger than any frame, even one that an operator allowed; a writer that gets here is in a loop. */
const writerBytesMax = 2 ** 30;

/**
 * Writes MessagePack, always in the shortest form, into memory that grows by doubling and is kept for the next
 * frame. Whoever made the writer owns it; what `view()` answers is valid until the next write or reset.
 */
export class CursorWriter {
  bytes: Uint8Array;
  position = 0;

  constructor(initialBytes = 1024) {
    this.bytes = new Uint8Array(initialBytes);
  }

  /** Starts the next frame in the same memory. */
  reset(): void {
    this.position = 0;
  }

  /** What was written, without a copy. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.position);
  }

  /** What was written, as memory of its own. */
  copy(): Uint8Array {
    return this.bytes.slice(0, this.position);
  }

  /** Makes room for `bytes` more and answers the offset at which they go; moves the position behind them. */
  take(bytes: number): number {
    const offset = this.position;
    const needed = offset + bytes;
    if (needed > this.bytes.length) this.#grow(needed);
    this.position = needed;
    return offset;
  }

  writeNil(): void {
    this.#writeByte(Lead.nil);
  }

  writeBool(value: boolean): void {
    this.#writeByte(value ? Lead.true : Lead.false);
  }

  writeArrayHeader(count: number): void {
    if (count <= 15) this.#writeByte(Lead.fixarray | count);
    else if (count <= 0xffff) this.#writeField(Lead.array16, 2, count);
    else this.#writeField(Lead.array32, 4, count);
  }

  writeMapHeader(pairs: number): void {
    if (pairs <= 15) this.#writeByte(Lead.fixmap | pairs);
    else if (pairs <= 0xffff) this.#writeField(Lead.map16, 2, pairs);
    else this.#writeField(Lead.map32, 4, pairs);
  }

  /** A safe integer, signed or not. */
  writeInt(value: number): void {
    assert(Number.isSafeInteger(value), `an integer on the wire must be safe, got ${value}`);
    if (value >= 0) this.#writeUint(value);
    else this.#writeNegative(value);
  }

  /** A number as an integer if it is one (but not −0), otherwise as a float64. */
  writeNumber(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.writeInt(value);
    else this.writeFloat(value);
  }

  writeFloat(value: number): void {
    const offset = this.take(9);
    this.bytes[offset] = Lead.float64;
    writeFloat64(this.bytes, offset + 1, value);
  }

  writeString(text: string): void {
    const length = utf8ByteLength(text);
    this.writeStringHeader(length);
    const offset = this.take(length);
    encodeUtf8Into(text, this.bytes, offset);
  }

  /** The header of a string whose `bytes` bytes of UTF-8 the caller writes next. */
  writeStringHeader(bytes: number): void {
    if (bytes <= 31) this.#writeByte(Lead.fixstr | bytes);
    else if (bytes <= 0xff) this.#writeField(Lead.str8, 1, bytes);
    else if (bytes <= 0xffff) this.#writeField(Lead.str16, 2, bytes);
    else this.#writeField(Lead.str32, 4, bytes);
  }

  /** The header of a bin whose `bytes` bytes the caller writes next. */
  writeBinHeader(bytes: number): void {
    if (bytes <= 0xff) this.#writeField(Lead.bin8, 1, bytes);
    else if (bytes <= 0xffff) this.#writeField(Lead.bin16, 2, bytes);
    else this.#writeField(Lead.bin32, 4, bytes);
  }

  /** A column as bin: its elements as they lie in memory, little-endian. */
  writeColumn(column: Uint32Array | Int32Array | Float64Array): void {
    this.writeBinHeader(column.byteLength);
    this.writeRaw(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }

  /** Bytes that are MessagePack already. */
  writeRaw(bytes: Uint8Array): void {
    const offset = this.take(bytes.length);
    this.bytes.set(bytes, offset);
  }

  #writeUint(value: number): void {
    if (value <= 0x7f) this.#writeByte(value);
    else if (value <= 0xff) this.#writeField(Lead.uint8, 1, value);
    else if (value <= 0xffff) this.#writeField(Lead.uint16, 2, value);
    else if (value < two32) this.#writeField(Lead.uint32, 4, value);
    else this.#writeWide(Lead.uint64, value);
  }

  #writeNegative(value: number): void {
    if (value >= -0x20) this.#writeByte(value);
    else if (value >= -0x80) this.#writeField(Lead.int8, 1, value);
    else if (value >= -0x8000) this.#writeField(Lead.int16, 2, value);
    else if (value >= -0x8000_0000) this.#writeField(Lead.int32, 4, value);
    else this.#writeWide(Lead.int64, value);
  }

  #writeWide(lead: number, value: number): void {
    const offset = this.take(9);
    const high = Math.floor(value / two32);
    this.bytes[offset] = lead;
    writeUint32(this.bytes, offset + 1, high);
    writeUint32(this.bytes, offset + 5, value - high * two32);
  }

  /** A lead byte and the low `width` bytes of `value`, which is 1, 2 or 4. */
  #writeField(lead: number, width: number, value: number): void {
    const offset = this.take(1 + width);
    this.bytes[offset] = lead;
    for (let i = 0; i < width; i++) this.bytes[offset + 1 + i] = value >>> (8 * (width - 1 - i));
  }

  #writeByte(byte: number): void {
    const offset = this.take(1);
    this.bytes[offset] = byte;
  }

  #grow(needed: number): void {
    assert(needed <= writerBytesMax, `a frame of ${needed} bytes is beyond every limit`);
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
  }
}
