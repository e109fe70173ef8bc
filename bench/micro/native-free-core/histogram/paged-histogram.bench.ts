import { bucketIndex, bucketMid } from '../../../../native-free-core/histogram/bucket.js';
import { PagedHistogram } from '../../../../native-free-core/histogram/paged-histogram.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { cpuOnly, logNormal } from '../cell/workload.js';

const valuesOf = (size: BenchSize) => (size === 'full' ? 300_000 : 30_000);
const latencies = (size: BenchSize) => logNormal(valuesOf(size) / 30_000).values;
const gauges = (size: BenchSize) =>
  cpuOnly(Math.ceil(valuesOf(size) / 180)).values.subarray(0, valuesOf(size));

function record(values: Float64Array): () => number {
  const histogram = PagedHistogram.withOwnMemory(64);
  return () => {
    histogram.reset();
    for (let i = 0; i < values.length; i++) histogram.record(values[i]!);
    return histogram.quantile(99) + histogram.count;
  };
}

export const benches: MicroBench[] = [
  {
    name: 'bucketIndex(), log-normal',
    unit: 'values',
    perRun: valuesOf,
    setup: (size) => {
      const values = latencies(size);
      return () => {
        let hash = 0;
        for (let i = 0; i < values.length; i++) hash += bucketIndex(values[i]!);
        return hash;
      };
    },
  },
  {
    name: 'bucketMid(), all octaves of latencies',
    unit: 'values',
    perRun: valuesOf,
    setup: (size) => {
      const first = bucketIndex(0.001);
      return () => {
        let hash = 0;
        for (let i = 0; i < valuesOf(size); i++) hash += bucketMid(first + (i & 4095));
        return hash;
      };
    },
  },
  {
    name: 'PagedHistogram.record(), log-normal',
    unit: 'values',
    perRun: valuesOf,
    setup: (size) => record(latencies(size)),
  },
  {
    name: 'PagedHistogram.record(), TSBS cpu-only',
    unit: 'values',
    perRun: valuesOf,
    setup: (size) => record(gauges(size)),
  },
  {
    name: 'PagedHistogram.reset() after 10 log-normal values',
    unit: 'values',
    perRun: (size) => valuesOf(size) / 100,
    setup: (size) => {
      const values = latencies(size);
      const histogram = PagedHistogram.withOwnMemory(64);
      return () => {
        let hash = 0;
        for (let start = 0; start < values.length; start += 100) {
          for (let i = start; i < start + 100; i += 10) histogram.record(values[i]!);
          hash += histogram.pages;
          histogram.reset();
        }
        return hash;
      };
    },
  },
];
