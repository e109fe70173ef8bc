import { TIER_TABLES } from '../../store/tier-tables.js';

/**
 * The marks of sweeps by age: by tier of a group and class of retention, up to which end of segments series of the class were looked
 * for, so that a segment is read once for a class. A mark speaks of the segments that were there. Who puts others behind it that
 * hold what the class gives up later has to forget it; compactions and merges need not, because they leave out what has expired.
 */
export class SweepMarks {
  readonly #classCount: number;
  readonly #marks = new Map<string, Float64Array>();
  #observedMs = Number.NEGATIVE_INFINITY;

  constructor(classCount: number) {
    this.#classCount = classCount;
  }

  /** The marks of a tier of a group by class, to be raised. */
  of(local: number, tier: number): Float64Array {
    const name = nameOf(local, tier);
    let marks = this.#marks.get(name);
    if (marks === undefined) {
      marks = new Float64Array(this.#classCount).fill(Number.NEGATIVE_INFINITY);
      this.#marks.set(name, marks);
    }
    return marks;
  }

  /**
   * Segments of a group were written anew without looking at its retention: some may end earlier than those that they replace, so the
   * next pass looks at all of them again. One that runs raises marks that are forgotten.
   */
  forget(local: number): void {
    for (const { tier } of TIER_TABLES) this.#marks.delete(nameOf(local, tier));
  }

  /**
   * The time that background work goes by, before it does anything. While a clock is set back compactions keep what it had given up,
   * behind the marks: all are forgotten, and a pass that runs, by the time at which it began, raises forgotten ones.
   */
  observe(nowMs: number): void {
    if (nowMs < this.#observedMs) this.#marks.clear();
    this.#observedMs = nowMs;
  }
}

const nameOf = (local: number, tier: number): string => `${local}/${tier}`;
