import { KEPT_VALUES_MAX } from './limits.js';
import type { PointVisitor, TimeRange } from './point-scan.js';
import { U32List } from './u32-list.js';

/**
 * Points copied out of a shard's open state, by series in the order of the copy: three numbers a run (ordinal, and where
 * it begins and ends in the columns). Kept until the blocks were visited, which come first.
 */
export class HeadPoints {
  #times = new Float64Array(4_096);
  #values = new Float64Array(4_096);
  #length = 0;
  #runs = new U32List(64);

  clear(): void {
    this.#length = 0;
    this.#runs.length = 0;
    if (this.#times.length <= KEPT_VALUES_MAX) return;
    this.#times = new Float64Array(4_096);
    this.#values = new Float64Array(4_096);
  }

  get times(): Float64Array {
    return this.#times;
  }

  get values(): Float64Array {
    return this.#values;
  }

  /** Where the next points are copied to, once there is room. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` more points; the columns may be others afterwards. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#times.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(needed));
    const times = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    times.set(this.#times.subarray(0, this.#length));
    values.set(this.#values.subarray(0, this.#length));
    this.#times = times;
    this.#values = values;
  }

  /** Keeps those of the `count` points behind the last that lie in the range. */
  keep(ordinal: number, count: number, { startMs, endMs }: TimeRange): void {
    const times = this.#times;
    const values = this.#values;
    const start = this.#length;
    let to = start;
    for (let from = start; from < start + count; from++) {
      const timeMs = times[from]!;
      if (timeMs < startMs || timeMs >= endMs) continue;
      times[to] = timeMs;
      values[to++] = values[from]!;
    }
    if (to === start) return;
    this.#length = to;
    this.#runs.push(ordinal);
    this.#runs.push(start);
    this.#runs.push(to);
  }

  visit(visitor: PointVisitor): void {
    const { items, length } = this.#runs;
    for (let i = 0; i < length; i += 3) {
      visitor.visit(items[i]!, this.#times, this.#values, items[i + 1]!, items[i + 2]!);
    }
  }
}
