/** What `get` answers for a ref that nothing bound: the reject reason unknown_ref, negated. */
import { RejectCode } from '../../protocol/reject-reasons.js';

const UNBOUND = -RejectCode.unknownRef;

/** Refs below this lie in the array whatever they are; above it, only while the array stays mostly full. */
const DENSE_MIN = 1 << 16;

/**
 * A connection's own numbers for series: ref → series reference, or a negated reject reason for a ref whose series was
 * refused. Producers mostly count from 0, so refs lie in an array; a producer that chooses hashes gets a map. The array
 * holds refs up to four times the number bound, so memory is bounded by what was sent.
 */
export class RefTable {
  dense: Int32Array = new Int32Array(256).fill(UNBOUND);
  readonly #sparse = new Map<number, number>();
  #bound = 0;

  bind(ref: number, series: number): void {
    this.#bound++;
    if (ref >= this.dense.length && ref < Math.max(DENSE_MIN, this.#bound * 4)) this.#grow(ref);
    if (ref < this.dense.length) this.dense[ref] = series;
    else this.#sparse.set(ref, series);
  }

  /** The series of any ref; hot loops look into `dense` themselves first. */
  get(ref: number): number {
    return ref < this.dense.length ? this.dense[ref]! : (this.#sparse.get(ref) ?? UNBOUND);
  }

  #grow(ref: number): void {
    const larger = new Int32Array(2 ** Math.ceil(Math.log2(ref + 1))).fill(UNBOUND);
    larger.set(this.dense);
    this.dense = larger;
    for (const [known, series] of this.#sparse) {
      if (known >= larger.length) continue;
      larger[known] = series;
      this.#sparse.delete(known);
    }
  }
}
