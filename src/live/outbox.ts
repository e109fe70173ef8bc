import { READER_BYTES_MAX } from './limits.js';
import type { Listener } from './live-port.js';
import type { ToldMessage } from './told-message.js';

/** Messages that go to all listeners of a feed, one after another. */
interface Round {
  /** The number of its first message, counted from the outbox's first. */
  first: number;
  messages: readonly ToldMessage[];
  missed: number;
  /** Points of all messages, and points missed, until it began: those of its own and all before. */
  pointsUntil: number;
  rest: Iterator<Listener>;
}

/** Where a listener joined: what came before is not for it. */
interface Joined {
  /** Messages and points until then, as a round counts them. */
  messages: number;
  points: number;
  /** The round that was being told, if one was. */
  during: Round | undefined;
}

/**
 * What one feed has to tell its listeners. Telling five thousand of them takes longer than a turn of the event loop may, so it goes in
 * rounds that can be left and taken up again. What comes meanwhile waits for the next round; of more than READER_BYTES_MAX the oldest
 * gives way and is counted, as with a reader that does not keep up.
 *
 * Who joins is told what comes from then on: not the rest of a round that is being told, not what waits already, and of what
 * is missed only its own.
 */
export class Outbox {
  readonly #listeners = new Set<Listener>();
  /** Listeners that have not been told a whole round yet. */
  readonly #joined = new Map<Listener, Joined>();
  #round: Round | undefined;
  #waiting: ToldMessage[] = [];
  #waitingBytes = 0;
  #missed = 0;
  /** Messages that have come, and their points with all that were missed. */
  #messages = 0;
  #points = 0;

  get listeners(): ReadonlySet<Listener> {
    return this.#listeners;
  }

  join(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#round === undefined && this.#waiting.length === 0 && this.#missed === 0) return;
    this.#joined.set(listener, { messages: this.#messages, points: this.#points, during: this.#round });
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    this.#joined.delete(listener);
  }

  add(messages: readonly ToldMessage[], missed: number): void {
    this.#missed += missed;
    this.#points += missed;
    this.#messages += messages.length;
    for (const message of messages) {
      this.#waiting.push(message);
      this.#waitingBytes += message.members.length;
      this.#points += message.points;
    }
    if (this.#waitingBytes > READER_BYTES_MAX) this.#dropOldest();
  }

  /** Tells one listener what it has not been told; false when nothing is left to tell to anybody. */
  tellNext(): boolean {
    this.#round ??= this.#nextRound();
    const next = this.#round.rest.next();
    if (next.done === true) {
      this.#round = undefined;
      return this.#waiting.length > 0 || this.#missed > 0;
    }
    const joined = this.#joined.get(next.value);
    if (joined === undefined) next.value.onMessages(this.#round.messages, this.#round.missed);
    else this.#tellJoined(next.value, joined, this.#round);
    return true;
  }

  /** Nobody listens any more. */
  clear(): void {
    this.#listeners.clear();
    this.#joined.clear();
    this.#takeWaiting();
  }

  /** Tells a listener of its first round what came since it joined. */
  #tellJoined(listener: Listener, joined: Joined, round: Round): void {
    if (joined.during === round) return;
    this.#joined.delete(listener);
    const messages = round.messages.slice(Math.max(0, joined.messages - round.first));
    const told = messages.reduce((sum, { points }) => sum + points, 0);
    const missed = round.pointsUntil - joined.points - told;
    if (messages.length > 0 || missed > 0) listener.onMessages(messages, missed);
  }

  #nextRound(): Round {
    const missed = this.#missed;
    const first = this.#messages - this.#waiting.length;
    const rest = this.#listeners.values();
    return { first, messages: this.#takeWaiting(), missed, pointsUntil: this.#points, rest };
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
