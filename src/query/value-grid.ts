import { nearestRank } from '../../native-free-core/histogram/nearest-rank.js';
import type { PointWindows } from '../../native-free-core/query/point-windows.js';
import { type WindowShape, windowPlace } from '../../native-free-core/query/window-shape.js';
import { countDistinct } from './distinct-values.js';
import { SORTED_AT_ONCE, VALUES_AT_ONCE } from './limits.js';
import { selectRanks } from './select-ranks.js';
import type { ValueColumn } from './value-column.js';

/** All values of all windows, for what can be exact from them alone: percentiles, and how many are different. */
export class ValueGrid {
  readonly #shape: WindowShape;
  readonly #values: ValueColumn;
  readonly #scratch: ValueColumn;
  #places = new Uint32Array(1_024);
  /** After `finish`, where the values of each place end; they begin where those of the one before end. */
  readonly #ends: Float64Array;
  #sorted: Float64Array = new Float64Array(0);
  #look = (): void => {};

  /** The columns are the caller's, and used again by its next query. */
  constructor(shape: WindowShape, values: ValueColumn, scratch: ValueColumn) {
    this.#shape = shape;
    this.#values = values;
    this.#scratch = scratch;
    this.#ends = new Float64Array(shape.count * shape.groups);
  }

  /** Adds the points that `windows` were gathered from. @throws MillraceError MR_QUERY_TOO_BIG */
  add(group: number, windows: PointWindows, values: Float64Array): void {
    const { length } = windows;
    if (length === 0) return;
    const start = this.#values.length;
    this.#values.append(values, windows.from[0]!, windows.to[length - 1]!);
    if (this.#ends.length === 1) return;
    if (this.#places.length < this.#values.length) {
      const larger = new Uint32Array(this.#values.items.length);
      larger.set(this.#places.subarray(0, start));
      this.#places = larger;
    }
    const base = group * this.#shape.count;
    const shift = start - windows.from[0]!;
    for (let i = 0; i < length; i++) {
      const place = base + windowPlace(this.#shape, windows.windowStartMs[i]!);
      this.#places.fill(place, windows.from[i]! + shift, windows.to[i]! + shift);
      this.#ends[place] = this.#ends[place]! + windows.count[i]!;
    }
  }

  /**
   * Sorts the values by place, before the first question. `look` is called every few ms here and by questions; what it throws ends them.
   * @throws MillraceError MR_QUERY_TOO_BIG
   */
  finish(look: () => void): void {
    this.#look = look;
    const { items, length } = this.#values;
    const ends = this.#ends;
    this.#scratch.reserve(length);
    if (ends.length === 1) {
      ends[0] = length;
      this.#sorted = items;
      return;
    }
    let end = 0;
    for (let place = 0; place < ends.length; place++) {
      const count = ends[place]!;
      ends[place] = end;
      end += count;
    }
    const sorted = this.#scratch.items;
    for (let from = 0; from < length; from += VALUES_AT_ONCE) {
      look();
      const until = Math.min(length, from + VALUES_AT_ONCE);
      for (let i = from; i < until; i++) {
        const place = this.#places[i]!;
        sorted[ends[place]!] = items[i]!;
        ends[place] = ends[place]! + 1;
      }
    }
    this.#sorted = sorted;
  }

  /** The nearest-rank percentiles of places [from, to] together; false where they are empty. */
  percentilesInto(from: number, to: number, percents: readonly number[], out: Float64Array): boolean {
    const values = this.#copy(from, to);
    if (values.length === 0) return false;
    const ranks = percents.map((percent) => nearestRank(percent, values.length));
    const ascending = [...new Set(ranks)].sort((a, b) => a - b);
    const found = selectRanks(values, values.length, new Float64Array(values.length), ascending, this.#look);
    ranks.forEach((rank, k) => {
      out[k] = found[ascending.indexOf(rank)]!;
    });
    return true;
  }

  /** How many different values places [from, to] have. */
  distinct(from: number, to: number): number {
    const values = this.#copy(from, to);
    const scratch = new Float64Array(values.length > SORTED_AT_ONCE ? values.length : 0);
    return countDistinct(values, scratch, this.#look);
  }

  /** A copy, because selection changes the order, and windows may overlap. */
  #copy(from: number, to: number): Float64Array {
    return this.#sorted.slice(from === 0 ? 0 : this.#ends[from - 1]!, this.#ends[to]!);
  }
}
