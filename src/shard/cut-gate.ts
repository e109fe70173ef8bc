/**
 * How a shard waits until somebody else has opened a read transaction on its store, so that what that sees is what the
 * shard had stored at one point of its ring: two words of shared memory, each with one writer. Tickets are positive and
 * grow; one is used once.
 *
 *   READY    the shard: it has stored what came before the ticket's command and takes nothing more; 0: it goes on
 *   OPENED   the reader: the last ticket whose transaction is open
 *
 * Both sides give up after a while. The shard alone decides whether it was a cut: when it goes on it looks at OPENED a last
 * time, and a transaction that was opened later counts for nothing.
 */
const READY = 0;
const OPENED = 1;

export const createCutGate = (): SharedArrayBuffer => new SharedArrayBuffer(8);

export class CutGate {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** The shard's side: waits, and answers whether a transaction was opened while it did. */
  hold(ticket: number, waitMsMax: number, monotonicMs: () => number): boolean {
    const words = this.#words;
    const deadline = monotonicMs() + waitMsMax;
    Atomics.store(words, READY, ticket);
    for (;;) {
      const opened = Atomics.load(words, OPENED);
      const leftMs = deadline - monotonicMs();
      if (opened === ticket || leftMs <= 0) break;
      Atomics.wait(words, OPENED, opened, leftMs);
    }
    Atomics.store(words, READY, 0);
    return Atomics.load(words, OPENED) === ticket;
  }

  /** The reader's side: whether the shard waits for it. */
  isReady(ticket: number): boolean {
    return Atomics.load(this.#words, READY) === ticket;
  }

  /** The reader's side: its transaction is open. */
  opened(ticket: number): void {
    Atomics.store(this.#words, OPENED, ticket);
    Atomics.notify(this.#words, OPENED);
  }
}
