import { assert } from '../../native-free-core/assert.js';

/** Bytes of the word. */
export const STORE_MARK_BYTES = 4;

export const createStoreMark = (): SharedArrayBuffer => new SharedArrayBuffer(STORE_MARK_BYTES);

/**
 * What tells a reader that a shard's store still has the segments and the groups' records that it had: one word in shared memory,
 * which the store's writer alone writes. It is 0 until a store is opened with it, odd while a transaction that changes any of
 * these may be committing, and another even number behind it. The log, names and producers don't count.
 *
 *  1. The word is odd before the first such write of a transaction, and even again when the transaction is committed or given up.
 *  2. So a snapshot that was opened between two looks at the same even version shows what that version has, and so does every
 *     other one of that version: what was read of segments' keys, their values and groups' records need not be read again.
 *  3. A worker that takes over from one that died within a transaction gives the store another version first. What the dead one
 *     left is whole, or not there.
 *  4. A reader that remembers what version it read can be fooled only after 2^31 such transactions: years at a hundred a second.
 */
export class StoreMark {
  readonly #word: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#word = new Int32Array(memory);
  }

  /** What the store has has this number; undefined while it may be changing, and when nobody keeps it. */
  get version(): number | undefined {
    const word = Atomics.load(this.#word, 0);
    return word === 0 || (word & 1) === 1 ? undefined : word;
  }

  /** By the writer: a store is opened. */
  open(): void {
    Atomics.store(this.#word, 0, after(Atomics.load(this.#word, 0) | 1));
  }

  /** By the writer: a change begins. */
  begin(): void {
    const word = Atomics.load(this.#word, 0);
    assert((word & 1) === 0, 'a change of a store begins within another');
    Atomics.store(this.#word, 0, word + 1);
  }

  /** By the writer: it has ended, however. */
  end(): void {
    Atomics.store(this.#word, 0, after(Atomics.load(this.#word, 0)));
  }
}

/** The even version behind an odd word. Never 0, which is that of a store that nobody has opened. */
const after = (odd: number): number => (odd + 1) | 0 || 2;
