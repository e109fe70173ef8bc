import type { BenchSize, MicroBench } from '../../../harness.js';
import { OpenShard } from './shard-fixture.js';

function bench(series: (size: BenchSize) => number, points: number): MicroBench {
  return {
    name: `Flush, ${points} points of each series, without its transactions (hash: bytes a point * 1000)`,
    unit: 'points',
    perRun: (size) => series(size) * points,
    setup: (size) => {
      const shard = new OpenShard(series(size), points);
      return () => {
        shard.forget();
        return Math.round((1_000 * shard.flush()) / (shard.series * points));
      };
    },
  };
}

export const benches: MicroBench[] = [
  bench((size) => (size === 'smoke' ? 500 : 62_500), 8),
  bench((size) => (size === 'smoke' ? 50 : 6_250), 80),
  bench((size) => (size === 'smoke' ? 5 : 625), 800),
];
