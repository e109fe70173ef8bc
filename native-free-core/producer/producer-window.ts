import { PRODUCER_WINDOW_BITS } from '../limits.js';

/** What a window says of a batch. */
export const BATCH_NEW = 0;
export const BATCH_SEEN = 1;
/** Farther ahead than the window can tell apart; the front end never lets a producer get there. */
export const BATCH_TOO_FAR = 2;

/**
 * Which batches of one producer are applied: all up to `contiguous`, and of the 64 above it those whose bit is set.
 * A retry may overtake, so a gap is remembered instead of closed. Two 32-bit words, because BigInt would allocate.
 */
export class ProducerWindow {
  contiguous: number;
  /** Bit i of low: contiguous + 1 + i is applied; of high: contiguous + 33 + i. */
  low: number;
  high: number;

  constructor(contiguous = 0, low = 0, high = 0) {
    this.contiguous = contiguous;
    this.low = low;
    this.high = high;
  }

  look(seq: number): number {
    const above = seq - this.contiguous - 1;
    if (above < 0) return BATCH_SEEN;
    if (above >= PRODUCER_WINDOW_BITS) return BATCH_TOO_FAR;
    const bit = above < 32 ? (this.low >>> above) & 1 : (this.high >>> (above - 32)) & 1;
    return bit === 1 ? BATCH_SEEN : BATCH_NEW;
  }

  /** Marks a batch as applied; it must be BATCH_NEW. */
  mark(seq: number): void {
    const above = seq - this.contiguous - 1;
    if (above < 32) this.low |= 1 << above;
    else this.high |= 1 << (above - 32);
    while ((this.low & 1) === 1) this.#shift();
  }

  /** The highest batch that is applied. */
  get highest(): number {
    if (this.high !== 0) return this.contiguous + 64 - Math.clz32(this.high);
    return this.contiguous + 32 - Math.clz32(this.low);
  }

  /** Counts every batch up to `seq` as applied. */
  skipTo(seq: number): void {
    for (let steps = Math.min(seq - this.contiguous, PRODUCER_WINDOW_BITS); steps > 0; steps--) this.#shift();
    if (this.contiguous < seq) this.contiguous = seq;
    while ((this.low & 1) === 1) this.#shift();
  }

  #shift(): void {
    this.contiguous++;
    this.low = (this.low >>> 1) | (this.high << 31);
    this.high >>>= 1;
  }

  equals(other: ProducerWindow): boolean {
    return this.contiguous === other.contiguous && this.low === other.low && this.high === other.high;
  }

  clone(): ProducerWindow {
    return new ProducerWindow(this.contiguous, this.low, this.high);
  }
}
