import type { ErrorCode } from '../errors.js';
import { READER_BYTES_MAX } from './limits.js';
import type { LiveCounters } from './live-counters.js';
import type { Listener } from './live-port.js';
import type { ToldMessage } from './told-message.js';

/** Where a reader's messages go: a WebSocket, or a response that stays open. */
export interface Outlet {
  /** Bytes that wait for the reader. */
  readonly waitingBytes: number;
  /** Sends a message; `missed` is told in it when it is above 0. */
  send(message: ToldMessage, missed: number): void;
  /** Runs `act`, whose messages go out together. */
  together(act: () => void): void;
  fail(code: ErrorCode, detail: string): void;
}

/**
 * One subscription of one reader. A reader that does not keep up is passed over as long as READER_BYTES_MAX wait for it, so
 * memory stays bounded; of what it misses the newest message is kept, and goes out, with the number of points missed, as soon as
 * there is room.
 */
export class Reader implements Listener {
  readonly #outlet: Outlet;
  readonly #counters: LiveCounters;
  #missed = 0;
  #newest: ToldMessage | undefined;

  constructor(outlet: Outlet, counters: LiveCounters) {
    this.#outlet = outlet;
    this.#counters = counters;
  }

  onMessages(messages: readonly ToldMessage[], missed: number): void {
    this.#miss(missed);
    if (messages.length === 1) this.#onMessage(messages[0]!);
    if (messages.length <= 1) return;
    this.#outlet.together(() => {
      for (const message of messages) this.#onMessage(message);
    });
  }

  onFailed(code: ErrorCode, detail: string): void {
    this.#outlet.fail(code, detail);
  }

  /** The reader has room again: it gets the newest of what it missed. */
  onRoom(): void {
    const newest = this.#newest;
    if (newest === undefined || this.#outlet.waitingBytes > READER_BYTES_MAX) return;
    this.#newest = undefined;
    this.#send(newest);
  }

  #onMessage(message: ToldMessage): void {
    this.#passOverNewest();
    if (this.#outlet.waitingBytes > READER_BYTES_MAX) this.#newest = message;
    else this.#send(message);
  }

  #passOverNewest(): void {
    if (this.#newest === undefined) return;
    this.#miss(this.#newest.points);
    this.#counters.passedOver++;
    this.#newest = undefined;
  }

  #miss(points: number): void {
    this.#missed += points;
    this.#counters.missedPoints += points;
  }

  #send(message: ToldMessage): void {
    this.#counters.told++;
    const missed = this.#missed;
    this.#missed = 0;
    this.#outlet.send(message, missed);
  }
}
