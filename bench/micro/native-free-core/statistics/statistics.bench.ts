import { countBetween } from '../../../../native-free-core/statistics/count-between.js';
import { equalEdges } from '../../../../native-free-core/statistics/histogram-edges.js';
import { shapeOf } from '../../../../native-free-core/statistics/shape.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

const countOf = (size: BenchSize): number => (size === 'smoke' ? 20_000 : 1_000_000);

/** Values in [0, 100), the same on every machine. */
function values(count: number): Float64Array {
  let state = 12_345;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 0) / 2 ** 32) * 100;
  });
}

export const benches: MicroBench[] = [
  {
    name: 'skewness and kurtosis',
    unit: 'values',
    perRun: countOf,
    setup: (size) => {
      const column = values(countOf(size));
      return () => {
        const { skewness, kurtosis } = shapeOf(column, column.length, 50, 28.87)!;
        return skewness + kurtosis;
      };
    },
  },
  {
    name: 'histogram of 50 buckets',
    unit: 'values',
    perRun: countOf,
    setup: (size) => {
      const column = values(countOf(size));
      const edges = equalEdges(0, 100, 50);
      return () => countBetween(column, column.length, edges).reduce((hash, n) => (hash * 31 + n) % 1e9, 0);
    },
  },
];
