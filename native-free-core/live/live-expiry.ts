import { RING_SECONDS, RING_SHIFT } from './live-windows-layout.js';

/** What `next` answers when no further cell is due. */
export const NONE_DUE = -1;

const ALL = -1;

/**
 * Which cells hold points, and which of them have fallen out of the ring: two words of bits a row, private to the
 * writer, so that finding the due cells of 8,192 rows touches 64 KiB instead of their 32 MiB. A second that passes
 * makes its ring place due; a pass over all rows takes the due places of one moment, places that become due meanwhile
 * wait for the next pass. The caller stops between two cells whenever it likes.
 */
export class LiveExpiry {
  readonly #occupied: Int32Array;
  #rows = 0;
  #row = -1;
  #leftLow = 0;
  #leftHigh = 0;
  #passLow = 0;
  #passHigh = 0;
  #dueLow = 0;
  #dueHigh = 0;

  constructor(metricsMax: number) {
    this.#occupied = new Int32Array(metricsMax * 2);
  }

  /** Rows below it may hold points. */
  get rows(): number {
    return this.#rows;
  }

  /** The cell holds points from now on. */
  occupy(cell: number): void {
    this.#occupied[cell >> 5]! |= 1 << (cell & 31);
    const row = cell >> RING_SHIFT;
    if (row >= this.#rows) this.#rows = row + 1;
  }

  /** The cell is empty from now on. */
  vacate(cell: number): void {
    this.#occupied[cell >> 5]! &= ~(1 << (cell & 31));
  }

  /** The places of the seconds [first, end) become due; all places when those are more than the ring has. */
  makeDue(first: number, end: number): void {
    if (end - first >= RING_SECONDS) {
      this.makeAllDue();
      return;
    }
    for (let second = first; second < end; second++) {
      const place = second & (RING_SECONDS - 1);
      if (place < 32) this.#dueLow |= 1 << place;
      else this.#dueHigh |= 1 << (place - 32);
    }
  }

  makeAllDue(): void {
    this.#dueLow = ALL;
    this.#dueHigh = ALL;
  }

  /** True while a pass is under way or a place is due. */
  get pending(): boolean {
    return (this.#passLow | this.#passHigh | this.#dueLow | this.#dueHigh) !== 0;
  }

  /**
   * The next cell of the pass, occupied when the pass came to its row, or NONE_DUE at the end of the pass. It may have
   * been opened anew since its place became due: the caller looks at its stamp.
   */
  next(): number {
    if ((this.#passLow | this.#passHigh) === 0) this.#startPass();
    for (;;) {
      if (this.#leftLow !== 0) {
        const bit = this.#leftLow & -this.#leftLow;
        this.#leftLow ^= bit;
        return (this.#row << RING_SHIFT) + 31 - Math.clz32(bit);
      }
      if (this.#leftHigh !== 0) {
        const bit = this.#leftHigh & -this.#leftHigh;
        this.#leftHigh ^= bit;
        return (this.#row << RING_SHIFT) + 63 - Math.clz32(bit);
      }
      if (++this.#row >= this.#rows) break;
      this.#leftLow = this.#occupied[this.#row * 2]! & this.#passLow;
      this.#leftHigh = this.#occupied[this.#row * 2 + 1]! & this.#passHigh;
    }
    this.#passLow = 0;
    this.#passHigh = 0;
    return NONE_DUE;
  }

  #startPass(): void {
    this.#passLow = this.#dueLow;
    this.#passHigh = this.#dueHigh;
    this.#dueLow = 0;
    this.#dueHigh = 0;
    this.#row = -1;
  }

  /** All cells are empty and nothing is due. */
  reset(): void {
    this.#occupied.fill(0, 0, this.#rows * 2);
    this.#rows = 0;
    this.#dueLow = 0;
    this.#dueHigh = 0;
    this.#leftLow = 0;
    this.#leftHigh = 0;
    this.#startPass();
  }
}
