import { lowerBound } from '../../../native-free-core/query/lower-bound.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { RunBytes } from './layer-stream.js';
import type { SegmentOutput } from './segment-output.js';
import { windowEnd } from './sorted-times.js';

const { stretchMs } = TIER_TABLES[RAW_TIER]!;

/** Writes the points of one series after the other as chunks of the raw tier, but for those that it keeps no longer. */
export class SeriesChunks {
  readonly #output: SegmentOutput;
  #number = -1;
  #cutoffMs = Number.NEGATIVE_INFINITY;
  #expired = 0;

  constructor(output: SegmentOutput) {
    this.#output = output;
  }

  /** Points that were too old, since the last call. */
  takeExpired(): number {
    const expired = this.#expired;
    this.#expired = 0;
    return expired;
  }

  begin(number: number, cutoffMs: number): void {
    this.#number = number;
    this.#cutoffMs = cutoffMs;
  }

  /**
   * Writes sorted points [from, to); `chunk` when they are all of a chunk. Answers whether all are one chunk now, which is then the
   * output's last run.
   */
  // Five arguments: an object a piece would be garbage.
  add(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): boolean {
    const kept = lowerBound(times, from, to, this.#cutoffMs);
    if (kept === from) return this.#write(times, values, from, to, chunk) === 1;
    this.#expired += kept - from;
    this.#output.sweep(RAW_TIER, kept - from);
    this.#write(times, values, kept, to, undefined);
    return false;
  }

  /** Answers how many chunks they are: one a stretch. */
  #write(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    chunk: RunBytes | undefined,
  ): number {
    let parts = 0;
    for (let at = from; at < to; parts++) {
      const end = windowEnd(times, at, to, stretchMs);
      if (chunk !== undefined && at === from && end === to) {
        this.#output.copyChunk(this.#number, chunk, to - from, times[from]!, times[to - 1]!);
      } else this.#output.addPoints(this.#number, times, values, at, end);
      at = end;
    }
    return parts;
  }
}
