import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import type { CounterPiece } from '../../native-free-core/query/counter-increase.js';
import { COUNTER_CELLS_MAX } from './limits.js';
import { tooBig } from './stop-check.js';
import { U32List } from './u32-list.js';

/** Numbers of a piece. */
const STRIDE = 7;

/** The pieces that stored cells are of the courses of counters, by series: numbers end to end, since an object each would take four times as much. */
export class CounterPieces {
  #numbers = new Float64Array(64 * STRIDE);
  #count = 0;
  /** By ordinal, the runs of a series: two numbers each, where it begins and ends. */
  readonly #runs = new Map<number, U32List>();

  /** @throws MillraceError MR_QUERY_TOO_BIG */
  add(ordinal: number, cells: CellColumns, from: number, to: number): void {
    const start = this.#count;
    this.#reserve(start + to - from);
    const numbers = this.#numbers;
    for (let i = from, at = start * STRIDE; i < to; i++, at += STRIDE) {
      numbers[at] = cells.firstTimeMs[i]!;
      numbers[at + 1] = cells.firstValue[i]!;
      numbers[at + 2] = cells.lastTimeMs[i]!;
      numbers[at + 3] = cells.lastValue[i]!;
      numbers[at + 4] = cells.min[i]!;
      numbers[at + 5] = cells.max[i]!;
      numbers[at + 6] = cells.count[i]!;
    }
    this.#count += to - from;
    let runs = this.#runs.get(ordinal);
    if (runs === undefined) this.#runs.set(ordinal, (runs = new U32List()));
    runs.push(start);
    runs.push(this.#count);
  }

  /** The series that have pieces. */
  get ordinals(): Iterable<number> {
    return this.#runs.keys();
  }

  has(ordinal: number): boolean {
    return this.#runs.has(ordinal);
  }

  /** The pieces of a series in the order in which they came. */
  of(ordinal: number): CounterPiece[] {
    const pieces: CounterPiece[] = [];
    const runs = this.#runs.get(ordinal);
    for (let run = 0; runs !== undefined && run < runs.length; run += 2) {
      for (let i = runs.items[run]!; i < runs.items[run + 1]!; i++) pieces.push(this.#at(i * STRIDE));
    }
    return pieces;
  }

  #at(at: number): CounterPiece {
    const numbers = this.#numbers;
    return {
      firstTimeMs: numbers[at]!,
      firstValue: numbers[at + 1]!,
      lastTimeMs: numbers[at + 2]!,
      lastValue: numbers[at + 3]!,
      min: numbers[at + 4]!,
      max: numbers[at + 5]!,
      count: numbers[at + 6]!,
    };
  }

  #reserve(count: number): void {
    if (count > COUNTER_CELLS_MAX) {
      throw tooBig(
        `holds more than ${COUNTER_CELLS_MAX} cells of counters`,
        'Ask for longer windows, which are read from a coarser tier, a shorter range (start, end) or fewer series (host=, match=).',
      );
    }
    if (count * STRIDE <= this.#numbers.length) return;
    const larger = new Float64Array(2 ** Math.ceil(Math.log2(count)) * STRIDE);
    larger.set(this.#numbers.subarray(0, this.#count * STRIDE));
    this.#numbers = larger;
  }
}
