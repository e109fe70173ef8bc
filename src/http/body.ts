import { MillraceError } from '../errors.js';
import type { ByteBudget } from './byte-budget.js';
import {
  type CodedLimits,
  type ContentCoding,
  contentCoding,
  decodeBody,
  tooLarge,
} from './content-coding.js';
import type { Exchange } from './exchange.js';

/** Memory for a body without a Content-Length, at first. */
const BYTES_FIRST = 64 * 1024;

export interface BodyLimits extends CodedLimits {
  budget: ByteBudget;
}

/**
 * Collects a body, undoes its Content-Encoding, and hands it over once. A body that came in one chunk without
 * encoding is handed over where it lies: onBody must be done with the bytes when it returns. Faults (too large,
 * no memory left, bad encoding, anything onBody throws) are answered here.
 */
export function collectBody(
  exchange: Exchange,
  limits: BodyLimits,
  onBody: (body: Uint8Array) => void,
): void {
  const coding = contentCoding(exchange.contentEncoding);
  if (exchange.contentLength > limits.bytesMax) throw tooLarge(limits, `${exchange.contentLength}`);
  const collected = new BodyBuffer(limits, Math.max(0, exchange.contentLength));
  exchange.onAbort(() => collected.release());
  exchange.onData((chunk, isLast) => {
    try {
      if (isLast && collected.length === 0) return finish(exchange, coding, chunk, limits, onBody, collected);
      collected.append(chunk);
      if (isLast) finish(exchange, coding, collected.bytes(), limits, onBody, collected);
    } catch (error) {
      collected.release();
      exchange.fail(error);
    }
  });
}

function finish(
  exchange: Exchange,
  coding: ContentCoding,
  raw: Uint8Array,
  limits: BodyLimits,
  onBody: (body: Uint8Array) => void,
  collected: BodyBuffer,
): void {
  if (coding === 'identity') {
    onBody(raw);
    collected.release();
    return;
  }
  // Decoding takes another thread and some time; a chunk that wasn't collected wouldn't outlive it.
  const encoded = collected.length === 0 ? raw.slice() : raw;
  decodeBody(encoded, coding, limits).then(
    (body) => {
      collected.release();
      if (!exchange.isOpen) return;
      try {
        onBody(body);
      } catch (error) {
        exchange.fail(error);
      }
    },
    (error: unknown) => {
      collected.release();
      exchange.fail(error);
    },
  );
}

/** A growing copy of a body's chunks, counted against the budget until it is released. */
class BodyBuffer {
  readonly #limits: BodyLimits;
  readonly #expected: number;
  #memory: Uint8Array = new Uint8Array(0);
  #taken = 0;
  #released = false;
  length = 0;

  constructor(limits: BodyLimits, expected: number) {
    this.#limits = limits;
    this.#expected = expected;
  }

  append(chunk: Uint8Array): void {
    const wanted = this.length + chunk.length;
    if (wanted > this.#limits.bytesMax) throw tooLarge(this.#limits, `${wanted} or more`);
    if (wanted > this.#memory.length)
      this.#grow(Math.max(wanted, this.#expected, this.#memory.length * 2, BYTES_FIRST));
    this.#memory.set(chunk, this.length);
    this.length = wanted;
  }

  bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#limits.budget.give(this.#taken);
    this.#memory = new Uint8Array(0);
  }

  #grow(wanted: number): void {
    const bytes = Math.min(wanted, this.#limits.bytesMax);
    if (!this.#limits.budget.tryTake(bytes - this.#taken)) {
      throw new MillraceError(
        'MR_BUSY',
        'The server holds as many request bodies as it may. Nothing of this one was taken; send it again.',
      );
    }
    this.#taken = bytes;
    // Not zeroed: every byte up to `length` is written before it is read.
    const memory = Buffer.allocUnsafeSlow(bytes);
    memory.set(this.#memory.subarray(0, this.length));
    this.#memory = memory;
  }
}
