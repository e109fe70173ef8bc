import type { ProducerError } from './producer-error.js';

interface Waiter {
  /** Resolved once every batch up to this ordinal has left the buffer. */
  readonly ordinal: number;
  readonly resolve: () => void;
  readonly reject: (error: ProducerError) => void;
}

/** Promises that wait for a place in the order of batches. Ordinals of later waiters are never smaller. */
export class FlushWaiters {
  #waiters: Waiter[] = [];

  wait(ordinal: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ ordinal, resolve, reject });
    });
  }

  /** Every batch below `oldestOrdinal` has left. */
  resolveBelow(oldestOrdinal: number): void {
    let done = 0;
    while (done < this.#waiters.length && this.#waiters[done]!.ordinal < oldestOrdinal) {
      this.#waiters[done++]!.resolve();
    }
    if (done > 0) this.#waiters = this.#waiters.slice(done);
  }

  rejectAll(error: ProducerError): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
  }
}
