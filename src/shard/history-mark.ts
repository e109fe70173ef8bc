import { assert } from '../../native-free-core/assert.js';

/**
 * What tells a reader that nothing of the past has changed: words of each shard, in shared memory. Its worker alone
 * writes them, the socket thread reads them.
 *
 *   CLOSED_SECOND   the past ends here, s since the epoch: a point before it that comes is late
 *   VERSION         changes whenever all of the past may have changed: expiry, deletion, a restart
 *   ANCIENT         changes with late points from before all spans that have a word of their own
 *   SPANS …         a word for each of the last SPANS spans of SPAN_MS: changes with a batch whose oldest late point lies in it
 *
 *  1. CLOSED_SECOND is written before the first point is applied under it, and never goes back while a worker lives.
 *  2. A word is changed after a late point can be seen and before its batch is acknowledged; after a change of what is
 *     stored can be seen and before who asked for it hears of it.
 *  3. So a reader that reads CLOSED_SECOND, then the words up to some end, then asks about times before that end, which is not after
 *     CLOSED_SECOND, has an answer that stays true until one of these words is another: what was applied before is in it, and what comes
 *     later changes one. It may find one changed by what it has seen already; then it only asks once more than it had to.
 *  4. A worker that takes over from a dead one changes VERSION first.
 *  5. A late batch matters to whoever asked about times after its oldest point, whatever the range began with: answers look back, and go by
 *     the first point of a series. So its oldest point alone is marked, and readers look at all words before their end.
 *  6. The word of a span is used again SPANS spans later. Who remembers words for so long sees a change that is none of theirs; and a span that
 *     has no word any more is ANCIENT, which everybody looks at.
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

  /**
   * Changes when something before `endMs` does. `closedMs` is what it was when the reader first looked, and not before `endMs`: the words
   * that matter are those of that moment.
   */
  versionBefore(endMs: number, closedMs: number): number {
    const words = this.#words;
    let version = Atomics.load(words, VERSION) + Atomics.load(words, ANCIENT);
    const last = Math.floor((endMs - 1) / SPAN_MS);
    for (let span = firstSpan(closedMs); span <= last; span++) version += Atomics.load(words, wordOf(span));
    return version;
  }

  /** Points before `closedMs` count as late from now on. Not finite: nothing is past yet. */
  close(closedMs: number): void {
    const second = Number.isFinite(closedMs) ? Math.max(0, Math.floor(closedMs / 1_000)) : 0;
    Atomics.store(this.#words, CLOSED_SECOND, second | 0);
  }

  changed(): void {
    Atomics.add(this.#words, VERSION, 1);
  }

  /** Late points came, the oldest of them at that time. */
  changedFrom(timeMs: number): void {
    const span = Math.floor(timeMs / SPAN_MS);
    Atomics.add(this.#words, span < firstSpan(this.closedMs) ? ANCIENT : wordOf(span), 1);
  }
}

const CLOSED_SECOND = 0;
const VERSION = 1;
const ANCIENT = 2;
const FIRST = 3;

/** Ten days in spans of a quarter of an hour: dashboards look at the last week, and most late points are minutes late. A power of two. */
const SPANS = 1_024;
const SPAN_MS = 900_000;
assert((SPANS & (SPANS - 1)) === 0, 'spans are found by a mask');

/** The oldest span that has a word while the past ends at `closedMs`. */
const firstSpan = (closedMs: number): number => Math.floor(closedMs / SPAN_MS) - SPANS + 1;

const wordOf = (span: number): number => FIRST + (span & (SPANS - 1));

/** Bytes of the words. */
export const HISTORY_MARK_BYTES = (FIRST + SPANS) * 4;
