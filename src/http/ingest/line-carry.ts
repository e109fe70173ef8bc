import { LINE_BYTES_MAX } from '../limits.js';

const NEWLINE = 0x0a;

/** Cuts a stream of chunks into regions of whole lines, and keeps the beginning of a line that isn't whole yet. */
export class LineCarry {
  #memory = new Uint8Array(4096);
  #length = 0;

  /**
   * Takes a chunk and answers the lines that are now whole, or undefined. The region may lie in the chunk's
   * memory; the rest is copied.
   * @returns false where a line grows longer than LINE_BYTES_MAX
   */
  take(chunk: Uint8Array): Uint8Array | undefined | false {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) return this.#append(chunk) ? undefined : false;
    let region = chunk.subarray(0, last + 1);
    if (this.#length > 0) {
      const joined = new Uint8Array(this.#length + region.length);
      joined.set(this.#memory.subarray(0, this.#length));
      joined.set(region, this.#length);
      region = joined;
      this.#length = 0;
    }
    return this.#append(chunk.subarray(last + 1)) ? region : false;
  }

  /** What is left when the stream ends: a last line without a newline, perhaps empty. */
  rest(): Uint8Array {
    const rest = this.#memory.slice(0, this.#length);
    this.#length = 0;
    return rest;
  }

  #append(part: Uint8Array): boolean {
    const wanted = this.#length + part.length;
    if (wanted > LINE_BYTES_MAX) return false;
    if (wanted > this.#memory.length) {
      const grown = new Uint8Array(Math.min(LINE_BYTES_MAX, Math.max(wanted, this.#memory.length * 2)));
      grown.set(this.#memory.subarray(0, this.#length));
      this.#memory = grown;
    }
    this.#memory.set(part, this.#length);
    this.#length = wanted;
    return true;
  }
}
