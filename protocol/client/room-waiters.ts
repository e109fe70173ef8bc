import { FlushWaiters } from './flush-waiters.js';
import type { ProducerError } from './producer-error.js';

/**
 * Promises of room in the buffer. They wait for as much as was last refused, not for just any: whoever asks again for more than there is
 * would be refused again at once, and so on for ever, without a turn of the event loop in which room could be made.
 */
export class RoomWaiters {
  readonly #waiters = new FlushWaiters();
  /** What one batch may come to, bytes: nobody waits for less. */
  readonly #leastBytes: number;
  #wantedBytes: number;

  constructor(leastBytes: number) {
    this.#leastBytes = leastBytes;
    this.#wantedBytes = leastBytes;
  }

  /** Resolves when there is room; there are `bytes` now. */
  wait(bytes: number): Promise<void> {
    const done = this.#waiters.wait(0);
    this.wake(bytes);
    return done;
  }

  /** Somebody was told that there is no room for `bytes`. */
  refused(bytes: number): void {
    this.#wantedBytes = Math.max(this.#wantedBytes, bytes);
  }

  /** There are `bytes` of room now. */
  wake(bytes: number): void {
    if (bytes < this.#wantedBytes) return;
    this.#wantedBytes = this.#leastBytes;
    this.#waiters.resolveBelow(Number.POSITIVE_INFINITY);
  }

  rejectAll(error: ProducerError): void {
    this.#waiters.rejectAll(error);
  }
}
