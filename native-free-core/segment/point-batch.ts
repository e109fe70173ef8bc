import { assert } from '../assert.js';
import { COLUMN_VALUES_MAX } from '../codec/limits.js';

/**
 * Points of some neighbouring series in columns: those of series i are `start(i) … ends[i] - 1`, ascending by time. The
 * arrays belong to the batch and are replaced when it grows, so a caller takes them anew after each change.
 */
export class PointBatch {
  /** Series in it. */
  series = 0;
  /** Their numbers in the group, ascending. */
  numbers: Float64Array = new Float64Array(64);
  ends: Float64Array = new Float64Array(64);
  times: Float64Array = new Float64Array(512);
  values: Float64Array = new Float64Array(512);

  reset(): void {
    this.series = 0;
  }

  /** Points of the series that are in it. */
  get points(): number {
    return this.series === 0 ? 0 : this.ends[this.series - 1]!;
  }

  start(i: number): number {
    return i === 0 ? 0 : this.ends[i - 1]!;
  }

  /** Takes what stands in the columns behind the points so far, `count` points, as those of the next series. */
  add(number: number, count: number): void {
    assert(count > 0 && (this.series === 0 || number > this.numbers[this.series - 1]!), 'series must ascend');
    this.reserve(this.series + 1, 0);
    const end = this.points + count;
    this.numbers[this.series] = number;
    this.ends[this.series++] = end;
  }

  /** Makes room for so many series and points in all; keeps what is in it. */
  reserve(series: number, points: number): void {
    assert(points <= COLUMN_VALUES_MAX, 'a batch holds what a column can hold');
    if (series > this.numbers.length) {
      const length = Math.max(series, this.numbers.length * 2);
      this.numbers = grown(this.numbers, length);
      this.ends = grown(this.ends, length);
    }
    if (points > this.times.length) {
      const length = Math.min(COLUMN_VALUES_MAX, Math.max(points, this.times.length * 2));
      this.times = grown(this.times, length);
      this.values = grown(this.values, length);
    }
  }
}

function grown(column: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(column);
  return larger;
}
