import {
  batchBytesMax,
  decodeBatchInto,
  encodeBatchInto,
} from '../../../../native-free-core/segment/batch-codec.js';
import { PointBatch } from '../../../../native-free-core/segment/point-batch.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { randomFrom, timeColumns, valueColumns } from '../codec/columns.js';

/** What an arena holds of each of a million series. */
const SERIES_POINTS = 8;
const seriesPerRun = (size: BenchSize): number => (size === 'smoke' ? 64 : 1_024);
const perRun = (size: BenchSize): number => SERIES_POINTS * seriesPerRun(size);

/** A full batch of TSBS gauges at one beat. */
function build(size: BenchSize): { batch: PointBatch; out: Uint8Array } {
  const random = randomFrom(7);
  const batch = new PointBatch();
  const times = timeColumns['regular, 10 s']!(random, SERIES_POINTS);
  for (let number = 0; number < seriesPerRun(size); number++) {
    batch.reserve(number + 1, (number + 1) * SERIES_POINTS);
    batch.times.set(times, number * SERIES_POINTS);
    batch.values.set(valueColumns['TSBS gauge']!(random, SERIES_POINTS), number * SERIES_POINTS);
    batch.add(number, SERIES_POINTS);
  }
  return { batch, out: new Uint8Array(batchBytesMax(batch.series, batch.points)) };
}

export const benches: MicroBench[] = [
  {
    name: 'encodeBatchInto(), 8 points of each TSBS series (hash: bytes a point * 1000)',
    unit: 'points',
    perRun,
    setup: (size) => {
      const { batch, out } = build(size);
      return () => Math.round((1_000 * encodeBatchInto(batch, out, 0)) / batch.points);
    },
  },
  {
    name: 'decodeBatchInto(), 8 points of each TSBS series',
    unit: 'points',
    perRun,
    setup: (size) => {
      const { batch, out } = build(size);
      const end = encodeBatchInto(batch, out, 0);
      const decoded = new PointBatch();
      return () => {
        decodeBatchInto(out, 0, end, 0, decoded);
        return decoded.points + decoded.values[0]!;
      };
    },
  },
];
