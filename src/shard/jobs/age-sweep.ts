import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { SWEEP_STEP_SEGMENTS } from '../../../native-free-core/limits.js';
import { keyAfter, parseSegmentKey, type SegmentRange, segmentSeekKey, tableKey } from '../../store/keys.js';
import type { TierTable } from '../../store/tier-tables.js';
import { SegmentSweeper, type TierPlace } from './segment-sweeper.js';
import type { SweepHost } from './sweep-host.js';
import type { Sweep } from './sweep-step.js';

/** Where a pass looks, with the marks that it found when it began: of those that are forgotten meanwhile it raises none. */
export interface MarkedPlace extends TierPlace {
  marks: Float64Array;
}

/**
 * One pass over one tier of a group by age: segments that lie wholly before the cutoff of every class go as they are, by
 * their keys; those that hold series of a class that keeps less are written anew without them, each read once for a class
 * (sweep-marks.ts).
 */
export class AgeSweep implements Sweep {
  isDone = false;
  readonly #sweeper: SegmentSweeper;
  readonly #host: SweepHost;
  readonly #group: number;
  readonly #tier: TierTable;
  /** By class. */
  readonly #cutoffs: Float64Array;
  readonly #marks: Float64Array;
  readonly #isExpired: Uint8Array;
  readonly #endKey: Uint8Array;
  #cursor: Uint8Array;

  constructor(host: SweepHost, place: MarkedPlace, nowMs: number) {
    this.#host = host;
    this.#sweeper = new SegmentSweeper(host, place);
    this.#group = host.map.firstGroup(host.shard) + place.local;
    this.#tier = place.tier;
    this.#marks = place.marks;
    const { classCount } = host.retention;
    this.#cutoffs = Float64Array.from(
      { length: classCount },
      (_, c) => nowMs - host.retention.retentionMs(c, place.tier.tier),
    );
    this.#isExpired = new Uint8Array(classCount);
    this.#cursor = tableKey(this.#group, place.tier.table);
    this.#endKey = segmentSeekKey(this.#group, place.tier.table, Math.max(...this.#cutoffs));
  }

  get writing(): SegmentSweeper | undefined {
    return this.#sweeper.hasWrites ? this.#sweeper : undefined;
  }

  /** Looks at the next keys and does what they need, within the bounds of a step. */
  step(): number {
    const { stepKeys, stepBytes } = this.#host.sweepBounds;
    const keys: Uint8Array[] = [];
    let seen = 0;
    let last: Uint8Array | undefined;
    this.#host.store.forEachKey(this.#cursor, this.#endKey, (key) => {
      seen++;
      last = key.slice();
      if (this.#isDue(parseSegmentKey(key)) && !this.#host.quarantine.has(key)) keys.push(last);
      return seen < stepKeys && keys.length < SWEEP_STEP_SEGMENTS;
    });
    for (const key of keys) {
      this.#sweep(key);
      if (this.#sweeper.readBytes < stepBytes) continue;
      // What was not reached is looked at again.
      this.#cursor = keyAfter(key);
      this.#sweeper.finish();
      return seen;
    }
    this.#sweeper.finish();
    if (last !== undefined) this.#cursor = keyAfter(last);
    if (seen < stepKeys && keys.length < SWEEP_STEP_SEGMENTS) this.#end();
    return seen + 1;
  }

  #end(): void {
    this.isDone = true;
    this.#marks.set(this.#cutoffs);
  }

  /** When what has its last point at a time is over: with the window of the point. */
  #endOf(lastMs: number): number {
    const { windowMs } = this.#tier;
    return windowMs === 0 ? Math.floor(lastMs) + 1 : windowStartOf(lastMs, windowMs) + windowMs;
  }

  /** By the key alone: whether a class has expired that has not been looked for in this segment. */
  #isDue(range: SegmentRange): boolean {
    const endMs = this.#endOf(range.endMs);
    let isDue = true;
    for (let c = 0; c < this.#cutoffs.length; c++) {
      if (endMs > this.#cutoffs[c]!) isDue = false;
      else if (endMs > this.#marks[c]!) return true;
    }
    // All classes have expired, though each was looked for: nothing but what is damaged is left there.
    return isDue;
  }

  #sweep(key: Uint8Array): void {
    const range = parseSegmentKey(key);
    const endMs = this.#endOf(range.endMs);
    const isExpired = this.#isExpired;
    let isAll = true;
    this.#cutoffs.forEach((cutoff, c) => {
      isExpired[c] = endMs <= cutoff ? 1 : 0;
      if (isExpired[c] === 0) isAll = false;
    });
    if (isAll) return this.#sweeper.remove(key, range);
    let hasGone = false;
    let hasKept = false;
    for (let number = range.firstNumber; number <= range.lastNumber; number++) {
      if (isExpired[this.#host.classOf(this.#group, number)] === 1) hasGone = true;
      else hasKept = true;
    }
    if (!hasGone) return;
    if (!hasKept) return this.#sweeper.remove(key, range);
    // By the end of each run, not of the segment: what is left must end behind the cutoff of its class, or no later pass, which
    // looks for ends behind this one's cutoffs, would see it again.
    this.#sweeper.rewrite(key, range, (number, lastMs) => {
      return this.#endOf(lastMs) <= this.#cutoffs[this.#host.classOf(this.#group, number)]!;
    });
  }
}
