import { assert } from '../assert.js';
import { ENTRY_PADDING, ENTRY_UNITS_WORD, entryKindWord } from '../entry/entry-layout.js';
import { RING_REWIND_BYTES } from '../limits.js';
import {
  UNIT_BYTES,
  WORD_BASE,
  WORD_COMMITTED,
  WORD_HIGHEST,
  WORD_NOTIFIED,
  WORD_PUBLISHED,
  WORD_SLEEPING,
  WORD_STOP,
  WORD_TAKEN,
} from './ring-layout.js';
import { RingViews } from './ring-views.js';

const REWIND_UNITS = RING_REWIND_BYTES / UNIT_BYTES;

/** What `tryClaim` answers when the ring has no room. */
export const RING_FULL = -1;

/**
 * The writing end of a ring. Belongs to one thread.
 *
 * A write is claim → fill → publish. Claims move a private position; nothing is visible to the consumer before
 * `publish`, which makes all claims since the last one visible by one Atomics.store. `abandon` forgets them: so a
 * batch for several rings is claimed in each first, and either published in all or abandoned in all.
 *
 * Invariants: 1. claimed - COMMITTED <= ring size, always: durable entries alone are overwritten, so a consumer that
 * dies finds everything that it had not stored. 2. An entry never wraps.
 */
export class RingProducer {
  readonly views: RingViews;
  #claimed: number;
  #published: number;
  #base: number;
  #highest = 0;

  constructor(memory: SharedArrayBuffer) {
    this.views = new RingViews(memory);
    this.#claimed = this.#published = Atomics.load(this.views.words, WORD_PUBLISHED);
    this.#base = Atomics.load(this.views.words, WORD_BASE);
  }

  /** Units between the durable position and what is published. */
  get fillUnits(): number {
    return (this.#published - Atomics.load(this.views.words, WORD_COMMITTED)) | 0;
  }

  get publishedPosition(): number {
    return this.#published;
  }

  /** The position right after the last claim: what must be durable for that claim to be settled. */
  get claimedPosition(): number {
    return this.#claimed;
  }

  /**
   * Claims `bytes` (a multiple of 8) and answers the byte offset of the entry in the data, or RING_FULL.
   * The first word of the entry is already its length.
   */
  tryClaim(bytes: number): number {
    const { units, u32, words } = this.views;
    const needed = bytes / UNIT_BYTES;
    assert(Number.isInteger(needed) && needed > 0 && needed <= units / 2, 'an entry must fit half a ring');
    const used = (this.#claimed - Atomics.load(words, WORD_COMMITTED)) | 0;
    if (used === 0) this.#rewind();
    const index = (this.#claimed - this.#base) & (units - 1);
    const padding = index + needed > units ? units - index : 0;
    const fill = used + padding + needed;
    if (fill > units) return RING_FULL;
    if (padding > 0) {
      u32[index * 2 + ENTRY_UNITS_WORD] = padding;
      u32[index * 2 + 1] = entryKindWord(ENTRY_PADDING, 0);
    }
    if (fill > this.#highest) this.#highest = fill;
    const start = padding > 0 ? 0 : index;
    u32[start * 2 + ENTRY_UNITS_WORD] = needed;
    this.#claimed = (this.#claimed + padding + needed) | 0;
    return start * UNIT_BYTES;
  }

  /** Lets the empty ring begin anew. The consumer reads BASE behind PUBLISHED, so it meets the new one with the next entry. */
  #rewind(): void {
    if (((this.#claimed - this.#base) & (this.views.units - 1)) < REWIND_UNITS) return;
    this.#base = this.#claimed;
    Atomics.store(this.views.words, WORD_BASE, this.#base);
  }

  /** Makes all claims visible and wakes the consumer if it sleeps. */
  publish(): void {
    if (this.#claimed === this.#published) return;
    const { words } = this.views;
    this.#published = this.#claimed;
    Atomics.store(words, WORD_PUBLISHED, this.#published);
    if (Atomics.load(words, WORD_HIGHEST) < this.#highest) Atomics.store(words, WORD_HIGHEST, this.#highest);
    if (Atomics.load(words, WORD_SLEEPING) === 1) Atomics.notify(words, WORD_PUBLISHED);
  }

  /** Forgets the claims since the last `publish`. */
  abandon(): void {
    this.#claimed = this.#published;
  }

  /** Whether everything up to `position` is durable. */
  isCommitted(position: number): boolean {
    return ((Atomics.load(this.views.words, WORD_COMMITTED) - position) | 0) >= 0;
  }

  /** Whether everything up to `position` is applied in memory. */
  isTaken(position: number): boolean {
    return ((Atomics.load(this.views.words, WORD_TAKEN) - position) | 0) >= 0;
  }

  /** Clears the consumer's word of progress; the caller then looks at the positions. */
  clearNotified(): void {
    Atomics.store(this.views.words, WORD_NOTIFIED, 0);
  }

  /** Asks the consumer to store everything and end. */
  requestStop(): void {
    Atomics.store(this.views.words, WORD_STOP, 1);
    Atomics.notify(this.views.words, WORD_PUBLISHED);
  }
}
