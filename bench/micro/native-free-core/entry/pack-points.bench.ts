import { ByteViews } from '../../../../native-free-core/entry/byte-views.js';
import { TIMES_BASE, TIMES_DELTA } from '../../../../native-free-core/entry/entry-layout.js';
import {
  packedBytesMax,
  packPoints,
  unpackedBytes,
  unpackPoints,
} from '../../../../native-free-core/entry/pack-points.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { type EntryShape, entryOf, gauge, latency } from './workload.js';

/** Entries on their way into the log and out of it: a cost on every point that comes in. */
const POINTS = 10_000;
const entriesPerRun = (size: BenchSize): number => (size === 'smoke' ? 2 : 20);
const perRun = (size: BenchSize): number => POINTS * entriesPerRun(size);

const SHAPES: Readonly<Record<string, EntryShape>> = {
  'TSBS gauges at one time': { points: POINTS, series: POINTS, timeForm: TIMES_BASE, nextValue: gauge },
  'latencies of 100,000 series': {
    points: POINTS,
    series: 100_000,
    timeForm: TIMES_DELTA,
    nextValue: latency,
  },
};

export const benches: MicroBench[] = Object.entries(SHAPES).flatMap(([name, shape]): MicroBench[] => [
  {
    name: `pack points: ${name}`,
    unit: 'points',
    perRun,
    setup: (size) => {
      const source = entryOf(shape);
      const out = new ByteViews(packedBytesMax(source, 0));
      return () => {
        let bytes = 0;
        for (let i = 0; i < entriesPerRun(size); i++) bytes += packPoints(source, 0, out, 0);
        return bytes + out.u32[20]!;
      };
    },
  },
  {
    name: `unpack points: ${name}`,
    unit: 'points',
    perRun,
    setup: (size) => {
      const source = entryOf(shape);
      const packed = new ByteViews(packedBytesMax(source, 0));
      const end = packPoints(source, 0, packed, 0);
      const out = new ByteViews(unpackedBytes(packed, 0, end));
      return () => {
        let whole = 0;
        for (let i = 0; i < entriesPerRun(size); i++) whole += unpackPoints(packed, 0, end, out) ? 1 : 0;
        return whole + out.f64[out.f64.length - 1]!;
      };
    },
  },
]);
