import { PointBatch } from '../../../native-free-core/segment/point-batch.js';

/** The points of one series. */
export interface SeriesPoints {
  number: number;
  times: readonly number[];
  values: readonly number[];
}

export function batchOf(series: readonly SeriesPoints[]): PointBatch {
  const batch = new PointBatch();
  for (const { number, times, values } of series) {
    const from = batch.points;
    batch.reserve(batch.series + 1, from + times.length);
    batch.times.set(times, from);
    batch.values.set(values, from);
    batch.add(number, times.length);
  }
  return batch;
}

export function seriesOf(batch: PointBatch): SeriesPoints[] {
  return Array.from({ length: batch.series }, (_, i) => ({
    number: batch.numbers[i]!,
    times: [...batch.times.subarray(batch.start(i), batch.ends[i])],
    values: [...batch.values.subarray(batch.start(i), batch.ends[i])],
  }));
}
