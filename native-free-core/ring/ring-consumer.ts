import { assert } from '../assert.js';
import { ENTRY_PADDING, ENTRY_UNITS_WORD, kindOf } from '../entry/entry-layout.js';
import {
  UNIT_BYTES,
  WORD_BASE,
  WORD_COMMITTED,
  WORD_NOTIFIED,
  WORD_PUBLISHED,
  WORD_SLEEPING,
  WORD_STOP,
  WORD_TAKEN,
} from './ring-layout.js';
import { RingViews } from './ring-views.js';

/** What `next` answers when nothing more is published. */
export const RING_EMPTY = -1;

/**
 * The reading end of a ring. Belongs to one thread. Reading moves a private position; `markTaken` tells that the
 * entries before it are applied, `commit` that they are durable and that their bytes may be reused.
 */
export class RingConsumer {
  readonly views: RingViews;
  #position: number;

  /** Starts at `position`: the durable one of an earlier consumer, or what COMMITTED says. */
  constructor(memory: SharedArrayBuffer, position?: number) {
    this.views = new RingViews(memory);
    this.#position = position ?? Atomics.load(this.views.words, WORD_COMMITTED);
  }

  get position(): number {
    return this.#position;
  }

  /** The byte offset of the next entry and steps behind it, or RING_EMPTY. Padding is passed over. */
  next(): number {
    const { units, u32, words } = this.views;
    const published = Atomics.load(words, WORD_PUBLISHED);
    const base = Atomics.load(words, WORD_BASE);
    while (this.#position !== published) {
      const index = (this.#position - base) & (units - 1);
      const length = u32[index * 2 + ENTRY_UNITS_WORD]!;
      assert(length > 0 && index + length <= units, 'a ring entry has an impossible length');
      this.#position = (this.#position + length) | 0;
      if (kindOf(u32[index * 2 + 1]!) !== ENTRY_PADDING) return index * UNIT_BYTES;
    }
    return RING_EMPTY;
  }

  /** Units that are published and not yet read. */
  get backlogUnits(): number {
    return (Atomics.load(this.views.words, WORD_PUBLISHED) - this.#position) | 0;
  }

  markTaken(): void {
    Atomics.store(this.views.words, WORD_TAKEN, this.#position);
  }

  /** Everything before `position` is durable. */
  commit(position: number): void {
    Atomics.store(this.views.words, WORD_COMMITTED, position);
  }

  /** True when the producer has to be told of progress: it looked since it was told last. */
  mustNotify(): boolean {
    return Atomics.exchange(this.views.words, WORD_NOTIFIED, 1) === 0;
  }

  get stopRequested(): boolean {
    return Atomics.load(this.views.words, WORD_STOP) === 1;
  }

  /** Sleeps until something is published, a stop is asked for, or `timeoutMs` is over. */
  wait(timeoutMs: number): void {
    const { words } = this.views;
    Atomics.store(words, WORD_SLEEPING, 1);
    if (!this.stopRequested) Atomics.wait(words, WORD_PUBLISHED, this.#position, timeoutMs);
    Atomics.store(words, WORD_SLEEPING, 0);
  }
}
