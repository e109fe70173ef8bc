import { momentsOf } from '../../../../src/query/moments.js';
import { selectRanks } from '../../../../src/query/select-ranks.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

const countOf = (size: BenchSize): number => (size === 'smoke' ? 20_000 : 1_000_000);

/** The same numbers in [0, 1) on every machine. */
function generator(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

function walk(next: () => number): () => number {
  let value = 50;
  return () => {
    value = Math.min(100, Math.max(0, value + next() * 2 - 1));
    return value;
  };
}

const SHAPES: Record<string, (next: () => number) => () => number> = {
  'whole numbers to 100': (next) => () => Math.floor(next() * 101),
  'random walk': walk,
  'latencies over four decades': (next) => () => Math.exp(next() * 9.2),
  'narrow on a large base': (next) => () => 1e9 + next(),
};

const selections = Object.entries(SHAPES).map(
  ([shape, make]): MicroBench => ({
    name: `p50, p90, p95, p99 of ${shape}`,
    unit: 'values',
    perRun: countOf,
    setup: (size) => {
      const count = countOf(size);
      const values = Float64Array.from({ length: count }, make(generator()));
      const [work, scratch] = [new Float64Array(count), new Float64Array(count)];
      const ranks = [0.5, 0.9, 0.95, 0.99].map((part) => Math.ceil(part * count));
      return () => {
        work.set(values);
        return selectRanks(work, count, scratch, ranks).reduce((a, b) => a + b, 0);
      };
    },
  }),
);

const moments: MicroBench = {
  name: 'count, sum, mean, min, max, stddev',
  unit: 'values',
  perRun: countOf,
  setup: (size) => {
    const values = Float64Array.from({ length: countOf(size) }, walk(generator()));
    return () => {
      const { sum, stddev } = momentsOf(values, values.length);
      return sum + stddev;
    };
  },
};

export const benches: MicroBench[] = [...selections, moments];
