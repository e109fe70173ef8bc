import type { CellRun } from '../../native-free-core/cell/cell-run.js';
import { windowStartOf } from '../../native-free-core/cell/window-start.js';
import { bucketIndex } from '../../native-free-core/histogram/bucket.js';
import { ROLLUP_TIERS } from '../../native-free-core/tier/tiers.js';
import { TIER_TABLES } from './tier-tables.js';

/** How far two sums of the same values may lie apart that were added in different orders, of the sum of their sizes. */
const SUM_TOLERANCE = 1e-9;

/** What of a series a tier disagrees with the finer one about. */
export interface TierDifference {
  number: number;
  /** The coarser tier. */
  tier: string;
  text: string;
}

/** Two 32-bit words that hold for a window and a bucket; sums of them tell multisets apart. */
function fingerprint(window: number, bucket: number): number {
  let hash = Math.imul(window | 0, 0x9e3779b1) ^ Math.imul(Math.floor(window / 2 ** 32), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ bucket ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

/** What one tier of a group says of each of its series, in columns by number. */
class TierColumns {
  /** Fingerprints of what is in which window: of the tier's own windows, and of the next coarser tier's. */
  own = new Int32Array(0);
  next = new Int32Array(0);
  sum = new Float64Array(0);
  size = new Float64Array(0);
  min = new Float64Array(0);
  max = new Float64Array(0);

  reserve(number: number): void {
    if (number < this.own.length) return;
    const length = Math.max(1_024, 2 ** Math.ceil(Math.log2(number + 1)));
    this.own = grownInts(this.own, length);
    this.next = grownInts(this.next, length);
    this.sum = grownFloats(this.sum, length, 0);
    this.size = grownFloats(this.size, length, 0);
    this.min = grownFloats(this.min, length, Number.POSITIVE_INFINITY);
    this.max = grownFloats(this.max, length, Number.NEGATIVE_INFINITY);
  }

  clear(): void {
    this.own.fill(0);
    this.next.fill(0);
    this.sum.fill(0);
    this.size.fill(0);
    this.min.fill(Number.POSITIVE_INFINITY);
    this.max.fill(Number.NEGATIVE_INFINITY);
  }
}

function grownInts(old: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(old);
  return larger;
}

function grownFloats(
  old: Float64Array<ArrayBuffer>,
  length: number,
  fill: number,
): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length).fill(fill);
  larger.set(old);
  return larger;
}

/**
 * Holds each tier of a group against the finer one, in memory of some 50 bytes a series and tier, whatever their windows
 * are: a coarser tier must be the merge of the finer one. Of what lies in which window and bucket of the sketches a sum of fingerprints is
 * kept, which is linear, so that it comes out the same whether cells are merged or not: once by the tier's own windows, once by
 * those of the next tier. Sums, minima and maxima are kept of a series as a whole.
 */
export class TierLedger {
  readonly #tiers = TIER_TABLES.map(() => new TierColumns());

  /** Begins on another group. */
  clear(): void {
    for (const columns of this.#tiers) columns.clear();
  }

  /** Points [start, end) of a series, in the raw tier. */
  addPoints(number: number, times: Float64Array, values: Float64Array, range: [number, number]): void {
    const columns = this.#tiers[0]!;
    columns.reserve(number);
    const { windowMs } = ROLLUP_TIERS[0]!;
    for (let i = range[0]; i < range[1]; i++) {
      const value = values[i]!;
      const window = windowStartOf(times[i]!, windowMs) / windowMs;
      columns.next[number] = (columns.next[number]! + fingerprint(window, bucketIndex(value))) | 0;
      columns.sum[number]! += value;
      columns.size[number]! += Math.abs(value);
      if (value < columns.min[number]!) columns.min[number] = value;
      if (value > columns.max[number]!) columns.max[number] = value;
    }
  }

  /** Cells of a series, in a rollup tier. */
  addCells(tier: number, number: number, cells: CellRun): void {
    const columns = this.#tiers[tier]!;
    columns.reserve(number);
    const { windowMs } = ROLLUP_TIERS[tier - 1]!;
    const coarserMs = ROLLUP_TIERS[tier]?.windowMs;
    for (let i = 0; i < cells.length; i++) {
      const startMs = cells.windowStartMs[i]!;
      const window = startMs / windowMs;
      const coarser = coarserMs === undefined ? 0 : Math.floor(startMs / coarserMs);
      for (let at = cells.bucketStart(i); at < cells.bucketEnd[i]!; at++) {
        const [bucket, count] = [cells.bucketIndexes[at]!, cells.bucketCounts[at]!];
        columns.own[number] = (columns.own[number]! + Math.imul(count, fingerprint(window, bucket))) | 0;
        columns.next[number] = (columns.next[number]! + Math.imul(count, fingerprint(coarser, bucket))) | 0;
      }
      columns.sum[number]! += cells.sum[i]!;
      columns.size[number]! += Math.max(Math.abs(cells.min[i]!), Math.abs(cells.max[i]!)) * cells.count[i]!;
      columns.min[number] = Math.min(columns.min[number]!, cells.min[i]!);
      columns.max[number] = Math.max(columns.max[number]!, cells.max[i]!);
    }
  }

  /** Where a tier is not the merge of the one before it. */
  *differences(tier: number): Generator<TierDifference> {
    const [finer, coarser] = [this.#tiers[tier - 1]!, this.#tiers[tier]!];
    const length = Math.max(finer.own.length, coarser.own.length);
    finer.reserve(length - 1);
    coarser.reserve(length - 1);
    const { name } = TIER_TABLES[tier]!;
    const than = TIER_TABLES[tier - 1]!.name;
    for (let number = 0; number < length; number++) {
      const text = faultOf(finer, coarser, number);
      if (text !== undefined) yield { number, tier: name, text: `${text} than in ${than}` };
    }
  }
}

function faultOf(finer: TierColumns, coarser: TierColumns, number: number): string | undefined {
  if (finer.next[number] !== coarser.own[number]) return 'other values in some window';
  if (finer.min[number] !== coarser.min[number] || finer.max[number] !== coarser.max[number])
    return 'another minimum or maximum';
  const apart = Math.abs(finer.sum[number]! - coarser.sum[number]!);
  const allowed = SUM_TOLERANCE * (finer.size[number]! + coarser.size[number]!);
  // Sums that overflowed are NaN apart, and say nothing.
  return apart > allowed ? 'another sum' : undefined;
}
