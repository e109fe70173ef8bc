import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { measureRollupRun, readRollupRun } from '../../../native-free-core/cell/rollup-run.js';
import { decodeChunkInto, peekChunkCount } from '../../../native-free-core/codec/chunk.js';
import { CHUNK_POINTS_MAX } from '../../../native-free-core/limits.js';
import type { TierTable } from '../../store/tier-tables.js';
import type { SegmentOutput } from './segment-output.js';

/** A run of one series in a segment of a tier. */
export interface TierRun {
  bytes: Uint8Array;
  start: number;
  end: number;
  number: number;
}

/**
 * Reads runs of any tier, whole and checked, and copies them to an output as they are. What was read stands in the fields until
 * the next `read`.
 */
export class RunCopier {
  /** Of the raw tier: the points, sorted by time. */
  readonly times = new Float64Array(CHUNK_POINTS_MAX);
  readonly values = new Float64Array(CHUNK_POINTS_MAX);
  /** Of a rollup. */
  readonly cells = new CellRun();
  /** Points or cells. */
  rows = 0;
  firstMs = 0;
  lastMs = 0;

  /** Answers false when the run is damaged. */
  read({ bytes, start, end }: TierRun, tier: TierTable): boolean {
    return tier.windowMs === 0
      ? this.#readChunk(bytes, start, end)
      : this.#readCells(bytes, start, end, tier);
  }

  /**
   * As `read`, but of a rollup only how many cells there are and from when to when: for whoever copies runs or drops them, which is
   * then a matter of their bytes, not of what they hold.
   */
  measure({ bytes, start, end }: TierRun, { windowMs }: TierTable): boolean {
    if (windowMs === 0) return this.#readChunk(bytes, start, end);
    return measureRollupRun(bytes, start, end, windowMs, this) === 'ok';
  }

  /** Copies the run that was read or measured last. */
  copy(output: SegmentOutput, run: TierRun, tier: TierTable): void {
    const { rows, firstMs, lastMs } = this;
    if (tier.windowMs === 0) output.copyChunk(run.number, run, rows, firstMs, lastMs);
    else output.copyCells(tier.tier, run.number, run, rows, firstMs, lastMs);
  }

  #readChunk(bytes: Uint8Array, start: number, end: number): boolean {
    if (peekChunkCount(bytes, start, end) > CHUNK_POINTS_MAX) return false;
    const count = decodeChunkInto(bytes, start, end, this.times, this.values, 0);
    if (count < 0) return false;
    this.rows = count;
    this.firstMs = this.times[0]!;
    this.lastMs = this.times[count - 1]!;
    return true;
  }

  #readCells(bytes: Uint8Array, start: number, end: number, { windowMs }: TierTable): boolean {
    const { cells } = this;
    cells.reset();
    if (readRollupRun(bytes, start, end, windowMs, cells) !== 'ok') return false;
    this.rows = cells.length;
    // Windows ascend, and so do the times in them.
    this.firstMs = cells.firstTimeMs[0]!;
    this.lastMs = cells.lastTimeMs[cells.length - 1]!;
    return true;
  }
}
