import { nearestRank } from '../histogram/nearest-rank.js';
import { LiveHistogram } from './live-histogram.js';

/**
 * What a sliding window answers about one metric: a monoid over seconds, shards and metrics. `merge` is commutative,
 * associative but for rounding in `sum` and `m2`, and a cleared aggregate is its identity. Private to one thread and
 * made to be used again and again: about 35 KB, and no allocation once it has seen a metric's octaves.
 */
export class LiveAggregate {
  count = 0;
  sum = 0;
  /** Sum of the squared distances from the mean. Not finite when values lie further apart than about 1e154. */
  m2 = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** The latest point, epoch ms; of several with that time the last to arrive, or from several shards the largest. */
  lastTimeMs = Number.NEGATIVE_INFINITY;
  lastValue = Number.NaN;
  readonly histogram = new LiveHistogram();

  clear(): void {
    this.count = 0;
    this.sum = 0;
    this.m2 = 0;
    this.min = Number.POSITIVE_INFINITY;
    this.max = Number.NEGATIVE_INFINITY;
    this.lastTimeMs = Number.NEGATIVE_INFINITY;
    this.lastValue = Number.NaN;
    this.histogram.clear();
  }

  merge(other: LiveAggregate): void {
    if (other.count === 0) return;
    this.addMoments(other.count, other.sum, other.m2);
    this.addExtremes(other.min, other.max);
    this.addLast(other.lastTimeMs, other.lastValue);
    this.histogram.merge(other.histogram);
  }

  /** Chan, Golub and LeVeque (1979): the moments of two sets together. */
  addMoments(count: number, sum: number, m2: number): void {
    if (this.count > 0) {
      const distance = sum / count - this.sum / this.count;
      this.m2 += m2 + distance * distance * ((this.count * count) / (this.count + count));
    } else {
      this.m2 = m2;
    }
    this.count += count;
    this.sum += sum;
  }

  addExtremes(min: number, max: number): void {
    if (min < this.min) this.min = min;
    if (max > this.max) this.max = max;
  }

  addLast(timeMs: number, value: number): void {
    if (timeMs < this.lastTimeMs || (timeMs === this.lastTimeMs && value <= this.lastValue)) return;
    this.lastTimeMs = timeMs;
    this.lastValue = value;
  }

  /** NaN when empty. Between min and max, whatever rounding did to the sum. */
  get mean(): number {
    if (this.count === 0) return Number.NaN;
    return Math.min(this.max, Math.max(this.min, this.sum / this.count));
  }

  /** Of the points as the whole population: m2 / count. NaN when empty, 0 when all values are the same. */
  get variance(): number {
    if (this.count === 0) return Number.NaN;
    return this.min === this.max ? 0 : this.m2 / this.count;
  }

  get stddev(): number {
    return Math.sqrt(this.variance);
  }

  /** True when points are missing in the quantiles, because all pages were in use. All else is exact even then. */
  get partial(): boolean {
    return this.histogram.count < this.count;
  }

  /**
   * The value of nearest rank for `percent`, 0..100, within BUCKET_RELATIVE_ERROR of it; exact for the first and the last rank and
   * when all values are the same. Of the points that found a page when `partial`; NaN when there are none.
   */
  quantile(percent: number): number {
    if (this.count > 0 && this.min === this.max) return this.min;
    const total = this.histogram.count;
    if (total === 0) return Number.NaN;
    const rank = nearestRank(percent, total);
    if (!this.partial && rank === 1) return this.min;
    if (!this.partial && rank === total) return this.max;
    return Math.min(this.max, Math.max(this.min, this.histogram.valueOfRank(rank)));
  }
}
