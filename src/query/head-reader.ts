import { assert } from '../../native-free-core/assert.js';
import { fence } from '../../native-free-core/fence.js';
import { copyChain, copyChainPart } from '../../native-free-core/head/head-chain.js';
import {
  FLAG_HAS_POINT,
  FORGOTTEN_SHIFT,
  LINE_COUNT,
  LINE_FLAGS,
  LINE_GENERATION,
  LINE_METRIC,
  LINE_NEWEST_MS,
  LINE_NEWEST_VALUE,
  LINE_OLDEST_MS,
  LINE_SHIFT_F64,
  LINE_SHIFT_U32,
  SLOT_POINTS_MASK,
  WORD_GENERATION,
  WORD_READY,
  WORD_RELEASED,
  WORD_SEQUENCE,
} from '../../native-free-core/head/head-layout.js';
import { type HeadBuffers, HeadViews } from '../../native-free-core/head/head-memory.js';
import { touchExtents } from '../../native-free-core/head/head-touch.js';
import { READ_RETRIES_MAX } from '../../native-free-core/limits.js';
import { MillraceError } from '../errors.js';
import {
  BUSY_RETRY_MS,
  LINES_AT_ONCE,
  LONG_WAIT_AFTER,
  READ_WAIT_MS,
  READ_WAIT_MS_MAX,
  READY_WAIT_MS_MAX,
  STARTING_RETRY_MS,
} from './limits.js';
import type { StopCheck } from './stop-check.js';

/** What the lines of up to LINES_AT_ONCE series say, as columns; the times and the value mean nothing without a point. */
export class LineColumns {
  readonly hasPoint = new Uint8Array(LINES_AT_ONCE);
  readonly oldestMs = new Float64Array(LINES_AT_ONCE);
  readonly newestMs = new Float64Array(LINES_AT_ONCE);
  readonly newestValue = new Float64Array(LINES_AT_ONCE);
}

/** The chains of up to LINES_AT_ONCE series as columns: of both arenas the generation, and the points in it so far. */
export class ChainColumns {
  readonly generations: readonly [Int32Array, Int32Array] = [
    new Int32Array(LINES_AT_ONCE),
    new Int32Array(LINES_AT_ONCE),
  ];
  readonly counts: readonly [Int32Array, Int32Array] = [
    new Int32Array(LINES_AT_ONCE),
    new Int32Array(LINES_AT_ONCE),
  ];
  /** Points of the series since the state was built, also those that no chain has any more; modulo 2^30. */
  readonly totals = new Int32Array(LINES_AT_ONCE);
}

/**
 * The reading end of a shard's open state (head-layout.ts), for a query thread. It never stops the writer: it reads
 * between two looks at SEQUENCE and throws away what the writer touched meanwhile.
 *
 *  1. What is read between `#enter` and a `#isWhole` that answers true was there at one moment, all of it.
 *  2. The first n points of a chain, once seen, never change until their generation's arena is taken again; so
 *     chains are measured under SEQUENCE, many at once, and copied without: a fence for each would have every cache line of a chain
 *     waited for alone. Who relies on that looks at RELEASED afterwards (shard-snapshot.ts).
 *  3. A writer at full load leaves gaps of a few hundred nanoseconds between slices and of milliseconds at each commit;
 *     a reader that meets it at work sleeps, READ_RETRIES_MAX times at most, about a second.
 */
export class HeadReader {
  /** The points that `copyPart` copied last; replaced when they grow. */
  times = new Float64Array(1_024);
  values = new Float64Array(1_024);
  readonly #views: HeadViews;
  #misses = 0;

  constructor(buffers: HeadBuffers) {
    this.#views = new HeadViews(buffers);
  }

  /** The highest generation whose arena may have been taken again. */
  get released(): number {
    return Atomics.load(this.#views.control, WORD_RELEASED);
  }

  /**
   * The generation that takes points now. The arena of generation g is taken again by g + 2, so a chain of g is whole as long
   * as this is below g + 2, also after its release.
   */
  get generation(): number {
    return Atomics.load(this.#views.control, WORD_GENERATION);
  }

  /** The number of a series' metric in its shard, which names its live windows. Never changes once given. */
  metricIndexOf(slot: number): number {
    return this.#views.lines[(slot << LINE_SHIFT_U32) + LINE_METRIC]!;
  }

  /** Copies what the lines of `slots[0..count)` say; `count` is at most LINES_AT_ONCE. */
  readLines(slots: Uint32Array, count: number, out: LineColumns, stop: StopCheck): void {
    assert(count <= LINES_AT_ONCE, 'lines are read in slices');
    const { lines, linesF64 } = this.#views;
    for (;;) {
      const sequence = this.#enter(stop);
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!;
        const line = slot << LINE_SHIFT_F64;
        out.hasPoint[i] = (lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! & FLAG_HAS_POINT) === 0 ? 0 : 1;
        out.oldestMs[i] = linesF64[line + LINE_OLDEST_MS]!;
        out.newestMs[i] = linesF64[line + LINE_NEWEST_MS]!;
        out.newestValue[i] = linesF64[line + LINE_NEWEST_VALUE]!;
      }
      if (this.#isWhole(sequence)) return;
    }
  }

  /** Copies what the chains of `slots[0..count)` hold so far; `count` is at most LINES_AT_ONCE. */
  readChains(slots: Uint32Array, count: number, out: ChainColumns, stop: StopCheck): void {
    assert(count <= LINES_AT_ONCE, 'chains are read in slices');
    const { lines } = this.#views;
    for (;;) {
      const sequence = this.#enter(stop);
      for (let i = 0; i < count; i++) {
        const line = slots[i]! << LINE_SHIFT_U32;
        let total = lines[line + LINE_FLAGS]! >>> FORGOTTEN_SHIFT;
        for (let arena = 0; arena < 2; arena++) {
          const state = line + (arena << 2);
          out.generations[arena]![i] = lines[state + LINE_GENERATION]!;
          out.counts[arena]![i] = lines[state + LINE_COUNT]!;
          total += lines[state + LINE_COUNT]!;
        }
        out.totals[i] = total & SLOT_POINTS_MASK;
      }
      if (this.#isWhole(sequence)) return;
    }
  }

  /**
   * Copies the first `count` points of a chain that was seen to have them, in order of arrival, to the caller's columns from `start` on;
   * answers how many. They mean something only under rule 2, which is asked behind `settle`.
   */
  // Six arguments: a chain, and the caller's columns.
  copyChain(
    slot: number,
    generation: number,
    count: number,
    times: Float64Array,
    values: Float64Array,
    start: number,
  ): number {
    return copyChain(this.#views, slot, generation, count, times, values, start);
  }

  /** Reads ahead what `copyChain` will copy of these chains. */
  touchChains(slots: Uint32Array, count: number): void {
    touchExtents(this.#views, 0, slots, count);
    touchExtents(this.#views, 1, slots, count);
  }

  /**
   * Ends a look of which chains were copied: nothing is read later than this. While a worker builds the state anew it waits, so that
   * who looks at RELEASED and at the worker's starts next is told of everything that may have been written over.
   */
  settle(stop: StopCheck): void {
    fence();
    if (Atomics.load(this.#views.control, WORD_READY) === 0) this.#waitUntilReady(stop);
  }

  /**
   * Copies the points [from, to) of a chain that was seen to have them to `times` and `values`; answers how many. They
   * mean something only when `generation` is below that + 2 afterwards (rule 2).
   */
  copyPart(slot: number, generation: number, from: number, to: number): number {
    this.#reserve(to - from);
    return copyChainPart(this.#views, slot, generation, { from, to }, this.times, this.values, 0);
  }

  #reserve(count: number): void {
    if (count <= this.times.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(count));
    // Both or none: a thread goes on when there is no memory for one of them.
    const [times, values] = [new Float64Array(capacity), new Float64Array(capacity)];
    this.times = times;
    this.values = values;
  }

  /** Waits until the writer changes nothing; answers the sequence for `#isWhole`. */
  #enter(stop: StopCheck): number {
    const { control } = this.#views;
    for (;;) {
      const sequence = Atomics.load(control, WORD_SEQUENCE);
      if ((sequence & 1) === 0 && Atomics.load(control, WORD_READY) === 1) return sequence;
      if (Atomics.load(control, WORD_READY) === 0) {
        this.#waitUntilReady(stop);
        continue;
      }
      stop.beforeWait();
      if (++this.#misses > READ_RETRIES_MAX) {
        this.#misses = 0;
        throw new MillraceError(
          'MR_BUSY',
          'The shard took points without a pause for longer than a query waits. Try again in a moment.',
          { retryAfterMs: BUSY_RETRY_MS },
        );
      }
      Atomics.wait(
        control,
        WORD_SEQUENCE,
        sequence,
        this.#misses > LONG_WAIT_AFTER ? READ_WAIT_MS_MAX : READ_WAIT_MS,
      );
    }
  }

  #isWhole(sequence: number): boolean {
    fence();
    const isWhole = Atomics.load(this.#views.control, WORD_SEQUENCE) === sequence;
    if (isWhole) this.#misses = 0;
    return isWhole;
  }

  #waitUntilReady(stop: StopCheck): void {
    const { control } = this.#views;
    // The writer wakes nobody, so the wait is cut into pieces.
    for (let waitedMs = 0; Atomics.load(control, WORD_READY) === 0; waitedMs += READ_WAIT_MS_MAX) {
      if (waitedMs >= READY_WAIT_MS_MAX) {
        throw new MillraceError(
          'MR_STARTING',
          'A shard is starting and reads its log. Try again in a moment.',
          {
            retryAfterMs: STARTING_RETRY_MS,
          },
        );
      }
      stop.beforeWait();
      Atomics.wait(control, WORD_READY, 0, READ_WAIT_MS_MAX);
    }
  }
}
