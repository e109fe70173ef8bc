import { READER_BYTES_MAX } from './limits.js';
import type { Listener } from './live-port.js';
import type { ToldMessage } from './told-message.js';

/** Messages that go to all listeners of a feed, one after another. */
interface Round {
  messages: readonly ToldMessage[];
  missed: number;
  rest: Iterator<Listener>;
}

/**
 * What one feed has to tell its listeners. Telling five thousand of them takes longer than a turn of the event loop may, so it goes in
 * rounds that can be left and taken up again. What comes meanwhile waits for the next round; of more than READER_BYTES_MAX the oldest
 * gives way and is counted, as with a reader that does not keep up.
 */
export class Outbox {
  readonly listeners = new Set<Listener>();
  #round: Round | undefined;
  #waiting: ToldMessage[] = [];
  #waitingBytes = 0;
  #missed = 0;

  add(messages: readonly ToldMessage[], missed: number): void {
    this.#missed += missed;
    for (const message of messages) {
      this.#waiting.push(message);
      this.#waitingBytes += message.members.length;
    }
    if (this.#waitingBytes > READER_BYTES_MAX) this.#dropOldest();
  }

  /** Tells one listener what it has not been told; false when nothing is left to tell to anybody. */
  tellNext(): boolean {
    this.#round ??= this.#nextRound();
    const { messages, missed, rest } = this.#round;
    const next = rest.next();
    if (next.done === true) {
      this.#round = undefined;
      return this.#waiting.length > 0 || this.#missed > 0;
    }
    next.value.onMessages(messages, missed);
    return true;
  }

  /** Nobody listens any more. */
  clear(): void {
    this.listeners.clear();
    this.#takeWaiting();
  }

  #nextRound(): Round {
    const missed = this.#missed;
    return { messages: this.#takeWaiting(), missed, rest: this.listeners.values() };
  }

  #takeWaiting(): ToldMessage[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#missed = 0;
    return taken;
  }

  /** The newest message stays, however long it is. */
  #dropOldest(): void {
    let count = 0;
    while (this.#waitingBytes > READER_BYTES_MAX && count < this.#waiting.length - 1) {
      const { members, points } = this.#waiting[count++]!;
      this.#waitingBytes -= members.length;
      this.#missed += points;
    }
    this.#waiting.splice(0, count);
  }
}
