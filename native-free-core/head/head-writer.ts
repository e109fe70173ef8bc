import { assert } from '../assert.js';
import {
  POINTS_BASE_MS,
  POINTS_COUNT,
  POINTS_SLOTS,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_BASE,
  TIMES_DELTA,
  timeFormOf,
} from '../entry/entry-layout.js';
import { fence } from '../fence.js';
import { APPLY_SLICE_POINTS, TOUCH_POINTS, TOUCH_SLOTS_MIN } from '../limits.js';
import {
  BEFORE_OTHER,
  BEFORE_SECOND,
  EXTENT_FIRST,
  EXTENT_OTHER,
  EXTENT_SECOND,
  FLAG_DEFINED,
  FLAG_HAS_POINT,
  FORGOTTEN_SHIFT,
  LINE_COUNT,
  LINE_FIRST,
  LINE_FLAGS,
  LINE_GENERATION,
  LINE_LAST,
  LINE_METRIC,
  LINE_NEWEST_MS,
  LINE_NEWEST_VALUE,
  LINE_OLDEST_MS,
  LINE_SHIFT_F64,
  LINE_SHIFT_U32,
  UNIT_BYTES,
  UNIT_FLOATS,
  WORD_GENERATION,
  WORD_READY,
  WORD_RELEASED,
  WORD_SEQUENCE,
  WORD_SLOTS,
} from './head-layout.js';
import { type HeadBuffers, HeadViews } from './head-memory.js';
import { touchLines } from './head-touch.js';

/** Memory that holds entries: a ring's data, or a value of the log. */
export interface EntryViews {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
}

/** Takes points that are recent enough for the sliding windows. */
export interface LiveRecorder {
  record(metricIndex: number, timeMs: number, value: number): boolean;
  begin(): void;
  end(): void;
}

/** Says which points of an entry are to be applied; others are stored already. */
export type SlotFilter = (slot: number) => boolean;

/**
 * The writing end of a shard's open state (head-layout.ts). One thread, the shard's worker.
 *
 * Invariants: 1. Between two even values of SEQUENCE nothing that a reader looks at changes. 2. A point's time and
 * value are written before its count. 3. An arena is overwritten only after its generation was released, and
 * RELEASED is set before. 4. All points of one entry lie in one generation.
 */
export class HeadWriter {
  readonly views: HeadViews;
  /** Points in each arena. */
  readonly openPoints: [number, number] = [0, 0];
  #generation = 1;
  #released = 0;
  #sequence: number;
  readonly #unitsUsed: [number, number] = [0, 0];
  readonly #live: LiveRecorder | undefined;
  /** The time of the oldest point that came when it was before what live windows take, since somebody asked. */
  #oldestLateMs = Number.POSITIVE_INFINITY;
  /** Points before this time are not offered to the live windows. */
  #liveFromMs = Number.POSITIVE_INFINITY;

  constructor(buffers: HeadBuffers, live?: LiveRecorder) {
    this.views = new HeadViews(buffers);
    this.#live = live;
    // A predecessor that died inside a change left an odd word: go on from there, to an even one at `ready`.
    this.#sequence = Atomics.load(this.views.control, WORD_SEQUENCE) | 1;
  }

  get generation(): number {
    return this.#generation;
  }

  get released(): number {
    return this.#released;
  }

  /** Bytes of the arena that takes points now. */
  get usedBytes(): number {
    return this.#unitsUsed[this.#generation & 1]! * UNIT_BYTES;
  }

  /** Bytes that an arena holds at most. */
  get arenaBytes(): number {
    return this.views.links[0].length * UNIT_BYTES;
  }

  /** Empties the state, for recovery: readers wait until `ready`. `generation` is the first that takes points. */
  reset(generation: number): void {
    const { control, lines } = this.views;
    Atomics.store(control, WORD_READY, 0);
    Atomics.store(control, WORD_SEQUENCE, this.#sequence);
    lines.fill(0, 0, Atomics.load(control, WORD_SLOTS) << LINE_SHIFT_U32);
    this.#generation = generation;
    this.#released = generation - 1;
    this.#unitsUsed.fill(0);
    this.openPoints.fill(0);
    Atomics.store(control, WORD_SLOTS, 0);
    Atomics.store(control, WORD_GENERATION, generation);
    Atomics.store(control, WORD_RELEASED, generation - 1);
  }

  /** Opens the state to readers. */
  ready(): void {
    this.#sequence = (this.#sequence + 1) | 0;
    Atomics.store(this.views.control, WORD_SEQUENCE, this.#sequence);
    Atomics.store(this.views.control, WORD_READY, 1);
  }

  /** Brackets changes: readers see none of them or all. Nothing in between may throw on bad input. */
  begin(): void {
    if ((this.#sequence & 1) === 1) return;
    this.#sequence = (this.#sequence + 1) | 0;
    Atomics.store(this.views.control, WORD_SEQUENCE, this.#sequence);
    // On arm64 plain stores may pass an earlier Atomics.store: a reader would see them under the old, even word.
    fence();
    this.#live?.begin();
  }

  end(): void {
    if ((this.#sequence & 1) === 0 || Atomics.load(this.views.control, WORD_READY) === 0) return;
    this.#live?.end();
    this.#sequence = (this.#sequence + 1) | 0;
    Atomics.store(this.views.control, WORD_SEQUENCE, this.#sequence);
  }

  /** From now on points at or after `fromMs` are offered to the live windows. */
  setLiveFrom(fromMs: number): void {
    this.#liveFromMs = this.#live === undefined ? Number.POSITIVE_INFINITY : fromMs;
  }

  get liveFromMs(): number {
    return this.#liveFromMs;
  }

  /** The time of the oldest late point since the last call; Infinity where none came. */
  takeOldestLate(): number {
    const oldestMs = this.#oldestLateMs;
    this.#oldestLateMs = Number.POSITIVE_INFINITY;
    return oldestMs;
  }

  /** A slot gets its series. Between `begin` and `end`. */
  define(slot: number, metricIndex: number): void {
    const { lines, slotsMax } = this.views;
    assert(slot < slotsMax, 'a slot lies outside the lines');
    const line = slot << LINE_SHIFT_U32;
    lines[line + LINE_METRIC] = metricIndex;
    lines[line + LINE_FLAGS] = lines[line + LINE_FLAGS]! | FLAG_DEFINED;
    this.#reach(slot);
  }

  /** Keeps SLOTS above every slot in use, also one whose series could not be read: `reset` clears the lines below it. */
  #reach(slot: number): void {
    const { control } = this.views;
    if (slot >= Atomics.load(control, WORD_SLOTS)) Atomics.store(control, WORD_SLOTS, slot + 1);
  }

  isDefined(slot: number): boolean {
    return (this.views.lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! & FLAG_DEFINED) !== 0;
  }

  /** Sets what is known of a slot's stored points. */
  restoreSpan(slot: number, oldestMs: number, newestMs: number, newestValue: number): void {
    const { lines, linesF64 } = this.views;
    const line = slot << LINE_SHIFT_F64;
    lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! |= FLAG_HAS_POINT;
    linesF64[line + LINE_OLDEST_MS] = oldestMs;
    linesF64[line + LINE_NEWEST_MS] = newestMs;
    linesF64[line + LINE_NEWEST_VALUE] = newestValue;
    this.#reach(slot);
  }

  /** A slot has no point any more. Between `begin` and `end`. */
  clearSpan(slot: number): void {
    this.views.lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! &= ~FLAG_HAS_POINT;
  }

  /**
   * Appends the points of the points entry at byte `offset`. Opens the state to readers for a moment every
   * APPLY_SLICE_POINTS. Answers how many points it took: all, unless `filter` refuses some.
   */
  append(source: EntryViews, offset: number, filter?: SlotFilter): number {
    const { u32, f64 } = source;
    const count = u32[(offset + POINTS_COUNT) >> 2]!;
    const timeForm = timeFormOf(u32[(offset >> 2) + 1]!);
    const baseMs = f64[(offset + POINTS_BASE_MS) >> 3]!;
    const slots = (offset + POINTS_SLOTS) >> 2;
    const times = offset + pointsTimesOffset(count);
    const values = (offset + pointsValuesOffset(count, timeForm)) >> 3;
    const isTouched = Atomics.load(this.views.control, WORD_SLOTS) >= TOUCH_SLOTS_MIN;
    const step = isTouched ? TOUCH_POINTS : APPLY_SLICE_POINTS;
    let taken = 0;
    for (let from = 0; from < count; from += APPLY_SLICE_POINTS) {
      const to = Math.min(count, from + APPLY_SLICE_POINTS);
      this.begin();
      if (filter === undefined) {
        for (let at = from; at < to; at += step) {
          const end = Math.min(to, at + step);
          if (isTouched) touchLines(this.views, source.i32, slots + at, slots + end);
          this.#appendSlice(source, slots, timeForm, times, baseMs, values, at, end);
        }
        taken += to - from;
      } else {
        for (let i = from; i < to; i++) {
          if (!filter(u32[slots + i]!)) continue;
          this.#appendSlice(source, slots, timeForm, times, baseMs, values, i, i + 1);
          taken++;
        }
      }
      this.end();
    }
    this.openPoints[this.#generation & 1]! += taken;
    return taken;
  }

  // Nine numbers, because one object a slice would be read in the loop. All views are hoisted: V8 does not know
  // that a store to one typed array leaves the others' fields alone.
  #appendSlice(
    source: EntryViews,
    slots: number,
    timeForm: number,
    timesOffset: number,
    baseMs: number,
    values: number,
    from: number,
    to: number,
  ): void {
    const { i32, f64 } = source;
    const generation = this.#generation;
    const arenaIndex = generation & 1;
    const { lines, linesF64 } = this.views;
    const arena = this.views.arenas[arenaIndex]!;
    const links = this.views.links[arenaIndex]!;
    const live = this.#live;
    const liveFromMs = this.#liveFromMs;
    const arenaWord = arenaIndex << 2;
    const deltas = timesOffset >> 2;
    const fullTimes = timesOffset >> 3;
    let unitsUsed = this.#unitsUsed[arenaIndex]!;
    let oldestLateMs = this.#oldestLateMs;
    for (let i = from; i < to; i++) {
      const slot = i32[slots + i]!;
      const value = f64[values + i]!;
      const time =
        timeForm === TIMES_BASE
          ? baseMs
          : timeForm === TIMES_DELTA
            ? baseMs + i32[deltas + i]!
            : f64[fullTimes + i]!;
      const line = slot << LINE_SHIFT_U32;
      const state = line + arenaWord;
      let n = lines[state + LINE_COUNT]!;
      if (lines[state + LINE_GENERATION] !== generation) {
        // The words below are given to this generation; a sum beyond the 30 bits wraps, as it may.
        lines[line + LINE_FLAGS] = lines[line + LINE_FLAGS]! + (n << FORGOTTEN_SHIFT);
        n = 0;
        lines[state + LINE_GENERATION] = generation;
      }
      let within: number;
      let capacity: number;
      if (n >= BEFORE_OTHER) {
        within = (n - BEFORE_OTHER) & (EXTENT_OTHER - 1);
        capacity = EXTENT_OTHER;
      } else if (n >= BEFORE_SECOND) {
        within = n - BEFORE_SECOND;
        capacity = EXTENT_SECOND;
      } else {
        within = n;
        capacity = EXTENT_FIRST;
      }
      let unit: number;
      if (within === 0) {
        unit = unitsUsed;
        unitsUsed += capacity >> 3;
        if (n === 0) lines[state + LINE_FIRST] = unit;
        else links[lines[state + LINE_LAST]!] = unit;
        lines[state + LINE_LAST] = unit;
      } else {
        unit = lines[state + LINE_LAST]!;
      }
      const at = unit * UNIT_FLOATS + within * 2;
      arena[at] = time;
      arena[at + 1] = value;
      lines[state + LINE_COUNT] = n + 1;
      const line64 = slot << LINE_SHIFT_F64;
      if (lines[line + LINE_FLAGS]! & FLAG_HAS_POINT) {
        if (time >= linesF64[line64 + LINE_NEWEST_MS]!) {
          linesF64[line64 + LINE_NEWEST_MS] = time;
          linesF64[line64 + LINE_NEWEST_VALUE] = value;
        } else if (time < linesF64[line64 + LINE_OLDEST_MS]!) {
          linesF64[line64 + LINE_OLDEST_MS] = time;
        }
      } else {
        lines[line + LINE_FLAGS] = lines[line + LINE_FLAGS]! | FLAG_HAS_POINT;
        linesF64[line64 + LINE_NEWEST_MS] = time;
        linesF64[line64 + LINE_NEWEST_VALUE] = value;
        linesF64[line64 + LINE_OLDEST_MS] = time;
        this.#reach(slot);
      }
      if (time >= liveFromMs) live!.record(lines[line + LINE_METRIC]!, time, value);
      else if (time < oldestLateMs) oldestLateMs = time;
    }
    this.#oldestLateMs = oldestLateMs;
    this.#unitsUsed[arenaIndex] = unitsUsed;
    // Beyond the arena typed arrays drop stores in silence, so the bound is checked where it costs nothing.
    assert(unitsUsed <= links.length, 'an arena overflowed its hard bound');
  }

  /** True when the other arena is free, so that `swap` may be called. */
  get canSwap(): boolean {
    return this.#released >= this.#generation - 1;
  }

  /** Closes the arena that takes points and goes on in the other. */
  swap(): void {
    assert(this.canSwap, 'an arena is closed while the other is not flushed');
    this.begin();
    this.#generation++;
    this.#unitsUsed[this.#generation & 1] = 0;
    this.openPoints[this.#generation & 1] = 0;
    Atomics.store(this.views.control, WORD_GENERATION, this.#generation);
    this.end();
  }

  /** The flushed generation is stored: its arena may be overwritten. */
  release(generation: number): void {
    assert(
      generation === this.#released + 1 && generation < this.#generation,
      'a generation is released out of turn',
    );
    this.#released = generation;
    this.openPoints[generation & 1] = 0;
    Atomics.store(this.views.control, WORD_RELEASED, generation);
  }
}
