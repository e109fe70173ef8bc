import type { RejectCount } from './frames/ack.js';
import { type RejectCode, rejectReason, rejectReasons } from './reject-reasons.js';

/** Rejected points since the last ACK, by reason. One tally a connection; the caller resets it when the ACK has left. */
export class RejectTally {
  readonly #counts = new Float64Array(rejectReasons.length);
  readonly #firstIndexes = new Float64Array(rejectReasons.length);
  #total = 0;

  /** All points in the tally. */
  get total(): number {
    return this.#total;
  }

  /** Counts `count` points whose first stands at `index` in its batch. */
  add(code: RejectCode, index: number, count = 1): void {
    if (this.#counts[code] === 0) this.#firstIndexes[code] = index;
    this.#counts[code] = this.#counts[code]! + count;
    this.#total += count;
  }

  /** The points of one reason. */
  count(code: RejectCode): number {
    return this.#counts[code]!;
  }

  /** The third element of an ACK: reasons with a count, in the order of their numbers. */
  list(): RejectCount[] {
    const list: RejectCount[] = [];
    for (let code = 1; code < rejectReasons.length; code++) {
      const count = this.#counts[code]!;
      if (count > 0) {
        list.push({
          reason: rejectReason(code as RejectCode),
          count,
          firstIndex: this.#firstIndexes[code]!,
        });
      }
    }
    return list;
  }

  /** Adds what another tally counted. */
  merge(other: RejectTally): void {
    for (let code = 1; code < rejectReasons.length; code++) {
      const count = other.#counts[code]!;
      if (count > 0) this.add(code as RejectCode, other.#firstIndexes[code]!, count);
    }
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
