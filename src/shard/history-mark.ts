/**
 * What tells a reader that nothing of the past has changed: two words of each shard, in shared memory. Its worker alone
 * writes them, the socket thread reads them.
 *
 *   CLOSED_SECOND   the past ends here, s since the epoch: a point before it that comes is late
 *   VERSION         changes whenever the past did: late points, expiry, deletion, a restart
 *
 *  1. CLOSED_SECOND is written before the first point is applied under it, and never goes back while a worker lives.
 *  2. VERSION is changed after a late point can be seen and before its batch is acknowledged; after a change of what is
 *     stored can be seen and before who asked for it hears of it.
 *  3. So a reader that reads CLOSED_SECOND, then VERSION, then asks about times before CLOSED_SECOND has an answer that
 *     stays true until VERSION is another: what was applied before is in it, and what comes later changes VERSION. It may
 *     find VERSION changed by what it has seen already; then it only asks once more than it had to.
 *  4. A worker that takes over from a dead one changes VERSION first.
 */
export class HistoryMark {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Where the past ends, ms; before the epoch when nothing is known yet. */
  get closedMs(): number {
    // Unsigned: it lasts until 2106.
    return (Atomics.load(this.#words, CLOSED_SECOND) >>> 0) * 1_000;
  }

  get version(): number {
    return Atomics.load(this.#words, VERSION);
  }

  /** Points before `closedMs` count as late from now on. Not finite: nothing is past yet. */
  close(closedMs: number): void {
    const second = Number.isFinite(closedMs) ? Math.max(0, Math.floor(closedMs / 1_000)) : 0;
    Atomics.store(this.#words, CLOSED_SECOND, second | 0);
  }

  changed(): void {
    Atomics.add(this.#words, VERSION, 1);
  }
}

const CLOSED_SECOND = 0;
const VERSION = 1;

/** Bytes of the two words. */
export const HISTORY_MARK_BYTES = 8;
