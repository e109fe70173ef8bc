import { ShardMap } from '../../../../native-free-core/series/refs.js';
import { SeriesRegistry } from '../../../../native-free-core/series/series-registry.js';
import { hashWords } from '../../../../native-free-core/series/siphash128.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { seededRandom } from '../../../macro/tsbs.js';

/** A look-up by hash, when the table is in the cache and when it is far larger. */
const LOOKUPS = 10_000;

function bench(name: string, seriesOf: (size: BenchSize) => number): MicroBench {
  return {
    name: `series registry: ${name}`,
    unit: 'values',
    perRun: () => LOOKUPS,
    setup: (size) => {
      const series = seriesOf(size);
      const random = seededRandom(3);
      const hashes = Int32Array.from({ length: series * 4 }, () => random() * 2 ** 32);
      const registry = new SeriesRegistry(new ShardMap(2), 2 * series);
      const load = (id: number): void => {
        // Four stores: a subarray would cost more than the look-up.
        hashWords[0] = hashes[id * 4]!;
        hashWords[1] = hashes[id * 4 + 1]!;
        hashWords[2] = hashes[id * 4 + 2]!;
        hashWords[3] = hashes[id * 4 + 3]!;
      };
      for (let id = 0; id < series; id++) {
        load(id);
        registry.add();
      }
      const wanted = Int32Array.from({ length: LOOKUPS }, () => random() * series);
      return () => {
        let sum = 0;
        for (let i = 0; i < LOOKUPS; i++) {
          load(wanted[i]!);
          sum += registry.find() & 0xff;
        }
        return sum;
      };
    },
  };
}

export const benches: MicroBench[] = [
  bench('find among 1,000', () => 1_000),
  bench('find among 1,000,000', (size) => (size === 'smoke' ? 10_000 : 1_000_000)),
];
