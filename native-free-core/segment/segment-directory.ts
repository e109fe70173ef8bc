import type { SegmentReader } from './segment-reader.js';

/** Bytes that a run takes here: two numbers. */
const RUN_BYTES = 8;

/**
 * Where the runs of a segment lie, so that those of a few series are found without a walk over all of them. Belongs to one version of the
 * segment's bytes.
 */
export class SegmentDirectory {
  /** How many runs there are. */
  length = 0;
  /** Whether the value was cut, so that there should be more. */
  isCut = false;
  /** By run, ascending: the number of its series. */
  #numbers = new Uint32Array(0);
  /** By run: where it ends. It begins where the one before ends. */
  #ends = new Uint32Array(0);
  #start = 0;

  get bytes(): number {
    return RUN_BYTES * this.#numbers.length;
  }

  /** Takes the runs of a segment that was opened and not walked yet. */
  read(segment: SegmentReader): void {
    const { runs } = segment;
    if (this.#numbers.length < runs) {
      this.#numbers = new Uint32Array(runs);
      this.#ends = new Uint32Array(runs);
    }
    this.#start = segment.end;
    let at = 0;
    for (; segment.next(); at++) {
      this.#numbers[at] = segment.number;
      this.#ends[at] = segment.end;
    }
    this.length = at;
    this.isCut = segment.isCut;
  }

  numberOf(run: number): number {
    return this.#numbers[run]!;
  }

  startOf(run: number): number {
    return run === 0 ? this.#start : this.#ends[run - 1]!;
  }

  endOf(run: number): number {
    return this.#ends[run]!;
  }

  /** The first run at or behind `from` whose number is not below `number`; `length` when there is none. */
  seek(number: number, from: number): number {
    const numbers = this.#numbers;
    // Mostly the next one, or far away.
    if (from === this.length || numbers[from]! >= number) return from;
    let low = from + 1;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
