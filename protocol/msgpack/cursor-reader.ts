import { DecodeFailure, DecodeStatus } from './decode-failure.js';
import { readFloat32, readFloat64, readUint32 } from './float-bits.js';
import { fieldBytesOfLead, Kind, kindNames, kindOfLead, Lead } from './msgpack-layout.js';

const two32 = 2 ** 32;

/**
 * Reads MessagePack in place, value by value, from bytes that the caller owns. Makes no objects and no strings,
 * and throws nothing: the first thing that is wrong goes into `failure`, after which every read answers its
 * sentinel and the position stands still. So a decoder may read on and ask `failed` once, as long as every loop
 * asks it a round.
 */
export class CursorReader {
  readonly failure: DecodeFailure = new DecodeFailure();
  bytes: Uint8Array = nothing;
  position = 0;
  end = 0;
  /** The bytes that the last `readStr` or `readBin` found. */
  rangeStart = 0;
  rangeEnd = 0;

  /** Starts on a message. The reader keeps `bytes` until `release()`. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.position = 0;
    this.end = bytes.length;
    this.rangeStart = 0;
    this.rangeEnd = 0;
    this.failure.clear();
  }

  /** Lets go of the message, which may be 16 MiB, or memory that a socket takes back. `failure` stays. */
  release(): void {
    this.bytes = nothing;
    this.position = 0;
    this.end = 0;
  }

  get failed(): boolean {
    return this.failure.status !== DecodeStatus.ok;
  }

  /** What the next value is; `Kind.none` at the end and after a failure. */
  peekKind(): Kind {
    if (this.position >= this.end) return Kind.none;
    return kindOfLead[this.bytes[this.position]!] as Kind;
  }

  /** The number of elements of the array that starts here; -1 when none does. */
  readArrayHeader(what: string): number {
    const lead = this.#peekLead();
    if ((lead & 0xf0) === Lead.fixarray) {
      this.position++;
      return lead & 0x0f;
    }
    if (lead === Lead.array16 || lead === Lead.array32) return this.#readField(lead, what);
    return this.#wrongKind(what, 'an array');
  }

  /** The number of pairs of the map that starts here; -1 when none does. */
  readMapHeader(what: string): number {
    const lead = this.#peekLead();
    if ((lead & 0xf0) === Lead.fixmap) {
      this.position++;
      return lead & 0x0f;
    }
    if (lead === Lead.map16 || lead === Lead.map32) return this.#readField(lead, what);
    return this.#wrongKind(what, 'a map');
  }

  /** An integer of any width from 0 to `max` (at most 2^53 − 1); -1 when there is none. */
  readUint(what: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const start = this.position;
    const lead = this.#peekLead();
    if (lead >= 0 && lead <= 0x7f && lead <= max) {
      this.position++;
      return lead;
    }
    if (lead < 0 || kindOfLead[lead] !== Kind.int) return this.#wrongKind(what, 'an unsigned integer');
    const value = this.readNumber(what);
    if (this.failed) return -1;
    if (value >= 0 && value <= max) return value;
    this.fail(
      DecodeStatus.wrongShape,
      start,
      `expected ${what} as an integer from 0 to ${max}, got ${value}`,
    );
    return -1;
  }

  /** An integer or float of any width, rounded to a double; NaN when there is none, so ask `failed`. */
  readNumber(what: string): number {
    const lead = this.#peekLead();
    if (lead === Lead.float64) {
      if (!this.#has(9, what)) return Number.NaN;
      this.position += 9;
      return readFloat64(this.bytes, this.position - 8);
    }
    const kind = lead < 0 ? Kind.none : kindOfLead[lead]!;
    if (kind !== Kind.int && kind !== Kind.float) {
      this.#wrongKind(what, 'a number');
      return Number.NaN;
    }
    const width = fieldBytesOfLead[lead]!;
    if (!this.#has(1 + width, what)) return Number.NaN;
    const at = this.position + 1;
    this.position = at + width;
    return this.#numberAt(lead, at);
  }

  /** A string: sets `rangeStart` and `rangeEnd` and answers true. Whether it is UTF-8 is for the caller to ask. */
  readStr(what: string): boolean {
    const lead = this.#peekLead();
    if (lead >= Lead.fixstr && lead <= 0xbf) return this.#takeRange(1, lead & 0x1f, what);
    if (lead >= Lead.str8 && lead <= Lead.str32) return this.#readRange(lead, what);
    this.#wrongKind(what, 'a string');
    return false;
  }

  /** Bytes: sets `rangeStart` and `rangeEnd` and answers true. */
  readBin(what: string): boolean {
    const lead = this.#peekLead();
    if (lead >= Lead.bin8 && lead <= Lead.bin32) return this.#readRange(lead, what);
    this.#wrongKind(what, 'bin');
    return false;
  }

  /** A boolean; false also when there is none, so ask `failed`. */
  readBool(what: string): boolean {
    const lead = this.#peekLead();
    if (lead !== Lead.true && lead !== Lead.false) {
      this.#wrongKind(what, 'a boolean');
      return false;
    }
    this.position++;
    return lead === Lead.true;
  }

  /** Reads a nil and answers true, or leaves what is there. */
  tryReadNil(): boolean {
    if (this.#peekLead() !== Lead.nil) return false;
    this.position++;
    return true;
  }

  /**
   * Passes over one value, however deep: a count of values still owed stands in for a stack, so depth needs no
   * limit. Each value takes a byte, so a count above the bytes left is a lie and ends the work at once.
   */
  skip(what: string): boolean {
    let owed = 1;
    while (owed > 0) {
      if (owed > this.end - this.position) return this.#cutShort(what);
      const lead = this.#peekLead();
      if (lead < 0) return this.#cutShort(what);
      owed += this.#skipOne(lead, what) - 1;
      if (this.failed) return false;
    }
    return true;
  }

  /**
   * Records what is wrong; decoders call it too, for frames that are MessagePack but not theirs. `finding` reads
   * `expected …, got …`. Puts the end where the position is, so that no read has to ask for failures on its way.
   */
  fail(status: DecodeStatus, offset: number, finding: string): void {
    this.failure.set(status, offset, finding);
    this.end = this.position;
  }

  /** Passes over one value without its children and answers how many children it has. */
  #skipOne(lead: number, what: string): number {
    switch (kindOfLead[lead]) {
      case Kind.array:
        return this.readArrayHeader(what);
      case Kind.map:
        return 2 * this.readMapHeader(what);
      case Kind.str:
        this.readStr(what);
        return 0;
      case Kind.bin:
        this.readBin(what);
        return 0;
      case Kind.ext:
        this.#skipExt(lead, what);
        return 0;
      case Kind.never:
        this.fail(DecodeStatus.malformed, this.position, `expected ${what}, got ${kindNames[Kind.never]}`);
        return 0;
      default: {
        const bytes = 1 + fieldBytesOfLead[lead]!;
        if (this.#has(bytes, what)) this.position += bytes;
        return 0;
      }
    }
  }

  /** An extension is a type byte and its data; timestamps (type −1) are one, and have no meaning here. */
  #skipExt(lead: number, what: string): void {
    if (lead >= Lead.fixext1 && lead <= Lead.fixext16) {
      const bytes = 2 + (1 << (lead - Lead.fixext1));
      if (this.#has(bytes, what)) this.position += bytes;
      return;
    }
    const start = this.position;
    const length = this.#readField(lead, what);
    if (length < 0) return;
    if (this.#has(1 + length, what)) this.position += 1 + length;
    else this.position = start;
  }

  #numberAt(lead: number, at: number): number {
    const bytes = this.bytes;
    switch (lead) {
      case Lead.float32:
        return readFloat32(bytes, at);
      case Lead.uint8:
        return bytes[at]!;
      case Lead.uint16:
        return (bytes[at]! << 8) | bytes[at + 1]!;
      case Lead.uint32:
        return readUint32(bytes, at);
      case Lead.uint64:
        return readUint32(bytes, at) * two32 + readUint32(bytes, at + 4);
      case Lead.int8:
        return (bytes[at]! << 24) >> 24;
      case Lead.int16:
        return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!;
      case Lead.int32:
        return readUint32(bytes, at) | 0;
      case Lead.int64:
        return (readUint32(bytes, at) | 0) * two32 + readUint32(bytes, at + 4);
      default:
        return lead <= 0x7f ? lead : lead - 0x100;
    }
  }

  /** The length or count behind `lead`; -1 when the frame ends inside it. */
  #readField(lead: number, what: string): number {
    const width = fieldBytesOfLead[lead]!;
    if (!this.#has(1 + width, what)) return -1;
    const at = this.position + 1;
    this.position = at + width;
    if (width === 1) return this.bytes[at]!;
    if (width === 2) return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
    return readUint32(this.bytes, at);
  }

  #readRange(lead: number, what: string): boolean {
    const start = this.position;
    const length = this.#readField(lead, what);
    if (length < 0) return false;
    const header = this.position - start;
    this.position = start;
    return this.#takeRange(header, length, what);
  }

  #takeRange(header: number, length: number, what: string): boolean {
    if (!this.#has(header + length, what)) return false;
    this.rangeStart = this.position + header;
    this.rangeEnd = this.rangeStart + length;
    this.position = this.rangeEnd;
    return true;
  }

  /** The next byte; -1 at the end and after a failure. */
  #peekLead(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  #has(bytes: number, what: string): boolean {
    return this.end - this.position >= bytes || this.#cutShort(what);
  }

  #cutShort(what: string): false {
    this.fail(
      DecodeStatus.malformed,
      this.position,
      `expected the whole of ${what}, got a frame of ${this.end} bytes that ends inside it`,
    );
    return false;
  }

  #wrongKind(what: string, wanted: string): -1 {
    const kind = this.peekKind();
    const status =
      kind === Kind.none || kind === Kind.never ? DecodeStatus.malformed : DecodeStatus.wrongShape;
    this.fail(status, this.position, `expected ${what} as ${wanted}, got ${kindNames[kind]}`);
    return -1;
  }
}

const nothing = new Uint8Array(0);
