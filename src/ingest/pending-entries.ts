import { ByteViews } from '../../native-free-core/entry/byte-views.js';
import { ENTRY_UNITS_WORD } from '../../native-free-core/entry/entry-layout.js';
import { RING_FULL, type RingProducer } from '../../native-free-core/ring/ring-producer.js';

const FIRST_BYTES = 1 << 12;

/**
 * Entries that wait for room in a ring, end to end as they will stand in it: a burst of a million new series makes no
 * object a series. The memory grows with what waits and goes when nothing does.
 */
export class PendingEntries {
  #views = new ByteViews(FIRST_BYTES);
  #head = 0;
  #tail = 0;

  get isEmpty(): boolean {
    return this.#head === this.#tail;
  }

  /** Makes room for an entry of `bytes` (a multiple of 8) and lets `write` fill it at an offset. */
  add(bytes: number, write: (views: ByteViews, offset: number) => void): void {
    this.#views = this.#views.grown(this.#tail + bytes);
    this.#views.u32[(this.#tail >> 2) + ENTRY_UNITS_WORD] = bytes / 8;
    write(this.#views, this.#tail);
    this.#tail += bytes;
  }

  /** Moves entries into the ring, in order, until it is full. Answers whether none is left. */
  moveTo(ring: RingProducer): boolean {
    while (this.#head < this.#tail) {
      const bytes = this.#views.u32[(this.#head >> 2) + ENTRY_UNITS_WORD]! * 8;
      const offset = ring.tryClaim(bytes);
      if (offset === RING_FULL) break;
      ring.views.u8.set(this.#views.u8.subarray(this.#head, this.#head + bytes), offset);
      this.#head += bytes;
    }
    ring.publish();
    if (!this.isEmpty) return false;
    if (this.#tail > FIRST_BYTES) this.#views = new ByteViews(FIRST_BYTES);
    this.#head = this.#tail = 0;
    return true;
  }
}
