import type { PairVisitor, StoreReader, StoreWriter } from '../../../../src/store/shard-store.js';

const textOf = (key: Uint8Array): string => Buffer.from(key).toString('latin1');

/** A store in memory that promises nothing: what is measured is the work of those who use it. */
export class BenchStore implements StoreReader, StoreWriter {
  readonly #values = new Map<string, Uint8Array>();

  put(key: Uint8Array, value: Uint8Array): void {
    this.#values.set(textOf(key), value);
  }

  remove(key: Uint8Array): void {
    this.#values.delete(textOf(key));
  }

  removeRange(start: Uint8Array, end: Uint8Array): void {
    for (const text of this.#range(start, end)) this.#values.delete(text);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(textOf(key));
  }

  forEach(start: Uint8Array, end: Uint8Array, visit: PairVisitor): void {
    for (const text of this.#range(start, end)) {
      if (visit(Buffer.from(text, 'latin1'), this.#values.get(text)!) === false) return;
    }
  }

  forEachKey(start: Uint8Array, end: Uint8Array, visit: (key: Uint8Array) => boolean | undefined): void {
    this.forEach(start, end, visit);
  }

  /** Bytes of all values, and what they were made of. */
  get bytes(): number {
    let bytes = 0;
    for (const value of this.#values.values()) bytes += value.length;
    return bytes;
  }

  copy(): BenchStore {
    const copy = new BenchStore();
    for (const [text, value] of this.#values) copy.#values.set(text, value);
    return copy;
  }

  #range(start: Uint8Array, end: Uint8Array): string[] {
    const [from, to] = [textOf(start), textOf(end)];
    return [...this.#values.keys()].filter((text) => text >= from && text < to).sort();
  }
}
