import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { ROLLUP_POINTS, readRollupRun } from '../../../native-free-core/cell/rollup-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { CHUNK_NEWER_VERSION, decodeChunkInto } from '../../../native-free-core/codec/chunk.js';
import { CHUNK_POINTS_MAX } from '../../../native-free-core/limits.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import type { SegmentRange } from '../../store/keys.js';
import type { StoreReader } from '../../store/shard-store.js';
import { TIER_TABLES, type TierTable } from '../../store/tier-tables.js';
import { LayerStream, type RunBytes, type StepStatus } from './layer-stream.js';

/**
 * The cells of one layer of a rollup tier. A piece is a run in `cells`; one of the finest tier that is kept as points stays so:
 * then it is `points` of them in `times` and `values`.
 */
export class CellStream extends LayerStream {
  readonly cells = new CellRun();
  /** 0: the piece is in `cells`. */
  points = 0;
  times = new Float64Array(0);
  values = new Float64Array(0);
  /** The chunk of the points. */
  chunk: RunBytes | undefined;
  readonly #tier: TierTable;
  readonly #reader = new SegmentReader();

  constructor(store: StoreReader, tier: number) {
    super(store);
    this.#tier = TIER_TABLES[tier]!;
  }

  protected override openSegment(
    value: Uint8Array,
    { firstNumber }: SegmentRange,
  ): 'ok' | 'damaged' | 'newer' {
    return this.#reader.open(value, this.#tier.kind, firstNumber);
  }

  protected override step(): StepStatus {
    if (!this.#reader.next()) return this.#reader.isCut ? 'damaged' : 'over';
    const { start, end, number } = this.#reader;
    this.number = number;
    this.points = 0;
    this.cells.reset();
    if (this.#tier.tier === 1 && this.bytes[start] === ROLLUP_POINTS)
      return this.#decodePoints(start + 1, end);
    const status = readRollupRun(this.bytes, start, end, this.#tier.windowMs, this.cells);
    this.count(this.cells.length);
    return status;
  }

  #decodePoints(start: number, end: number): StepStatus {
    if (this.times.length === 0) {
      this.times = new Float64Array(CHUNK_POINTS_MAX);
      this.values = new Float64Array(CHUNK_POINTS_MAX);
    }
    const points = decodeChunkInto(this.bytes, start, end, this.times, this.values, 0);
    if (points <= 0) return points === CHUNK_NEWER_VERSION ? 'newer' : 'damaged';
    this.points = points;
    this.chunk = { bytes: this.bytes, start, end };
    const { windowMs } = this.#tier;
    let rows = 0;
    for (let i = 0, endMs = Number.NEGATIVE_INFINITY; i < points; i++) {
      if (this.times[i]! < endMs) continue;
      endMs = windowStartOf(this.times[i]!, windowMs) + windowMs;
      rows++;
    }
    this.count(rows);
    return 'ok';
  }
}
