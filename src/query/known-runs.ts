import { SegmentDirectory } from '../../native-free-core/segment/segment-directory.js';

/** What is known of a number. */
const UNKNOWN = 0;
const NONE = -1;
const PARTIAL = -2;

/** Bytes that a run takes here: three numbers. */
const RUN_BYTES = 24;

/**
 * Which cells belong to which series in a stored segment, as one version of it has them: so that a segment that is still the
 * same need not be read at all. By number of the series: nothing is known of it, it has no runs, these are all of its runs,
 * or some of them must be looked for in the segment.
 */
export class KnownRuns {
  /** What the store said of the value; 0: nothing is known. */
  version = 0;
  /** The version of the shard's store that this was last seen to be true of; undefined: none. */
  storeVersion: number | undefined;
  /** Where the runs lie in this version of the segment, once somebody looked for some: if `hasDirectory`. Its memory is used for the next version, too. */
  readonly directory = new SegmentDirectory();
  hasDirectory = false;
  #firstNumber = 0;
  /** By number less the first: the first of its runs + 1, or one of the above. */
  #heads = new Int32Array(0);
  /** The cells of each run, and the next run of the same number + 1. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #next: number[] = [];

  get bytes(): number {
    return 4 * this.#heads.length + RUN_BYTES * this.#from.length + this.directory.bytes;
  }

  /** Forgets everything unless it is of this version. */
  renew(version: number, firstNumber: number, lastNumber: number): void {
    if (version === this.version) return;
    this.version = version;
    this.hasDirectory = false;
    this.#firstNumber = firstNumber;
    const numbers = lastNumber - firstNumber + 1;
    if (numbers === this.#heads.length) this.#heads.fill(UNKNOWN);
    else this.#heads = new Int32Array(numbers);
    this.#from.length = this.#to.length = this.#next.length = 0;
  }

  /** Forgets a number: what was added may be a part of its runs. */
  forget(number: number): void {
    const place = number - this.#firstNumber;
    if (place >= 0 && place < this.#heads.length) this.#heads[place] = UNKNOWN;
  }

  /** Whether all runs of the number are here, none perhaps. */
  knows(number: number): boolean {
    const head = this.#heads[number - this.#firstNumber]!;
    return head > UNKNOWN || head === NONE;
  }

  /** Adds cells [from, to) as the last run of a number, which is new or got its last run by the call before this. */
  add(number: number, from: number, to: number): void {
    const place = number - this.#firstNumber;
    if (this.#heads[place] === PARTIAL) return;
    const count = this.#from.push(from);
    this.#to.push(to);
    this.#next.push(UNKNOWN);
    if (this.#heads[place] === UNKNOWN) this.#heads[place] = count;
    else this.#next[count - 2] = count;
  }

  /** Notes that a run of the number is not here. */
  setPartial(number: number): void {
    this.#heads[number - this.#firstNumber] = PARTIAL;
  }

  /** Notes that a number of which nothing was found has nothing. */
  setNone(number: number): void {
    const place = number - this.#firstNumber;
    if (this.#heads[place] === UNKNOWN) this.#heads[place] = NONE;
  }

  /** Calls back with the cells of each run of a number that is known, in their order. */
  forEach(number: number, visit: (from: number, to: number) => void): void {
    for (let run = this.#heads[number - this.#firstNumber]!; run > UNKNOWN; run = this.#next[run - 1]!) {
      visit(this.#from[run - 1]!, this.#to[run - 1]!);
    }
  }
}
