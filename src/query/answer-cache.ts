import type { QueryAnswer } from '../http/ports.js';

interface Entry<V> {
  answer: QueryAnswer;
  versions: V;
  bytes: number;
  keptMs: number;
}

/** Bytes that an entry takes besides its body and key: a guess at the objects around them. */
const ENTRY_BYTES = 256;

export interface AnswerCacheBounds {
  /** Of all entries. */
  bytesMax: number;
  /** Of one. */
  entryBytesMax: number;
  ageMsMax: number;
}

/**
 * Answers about ranges that are past, by the request to the letter. An answer is given again only while what it is true of, `V`, is
 * what it was before it was found; the least recently used go first.
 */
export class AnswerCache<V> {
  readonly #bounds: AnswerCacheBounds;
  /** In the order of use. */
  readonly #entries = new Map<string, Entry<V>>();
  bytes = 0;

  constructor(bounds: AnswerCacheBounds) {
    this.#bounds = bounds;
  }

  get entries(): number {
    return this.#entries.size;
  }

  get(key: string, isCurrent: (versions: V) => boolean, nowMs: number): QueryAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (nowMs - entry.keptMs > this.#bounds.ageMsMax || !isCurrent(entry.versions)) {
      this.bytes -= entry.bytes;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.answer;
  }

  put(key: string, answer: QueryAnswer, versions: V, nowMs: number): void {
    const bytes = ENTRY_BYTES + answer.body.byteLength + 2 * key.length;
    if (bytes > this.#bounds.entryBytesMax) return;
    this.#drop(key);
    this.#entries.set(key, { answer, versions, bytes, keptMs: nowMs });
    this.bytes += bytes;
    while (this.bytes > this.#bounds.bytesMax) this.#drop(this.#entries.keys().next().value as string);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.bytes -= entry.bytes;
    this.#entries.delete(key);
  }
}
