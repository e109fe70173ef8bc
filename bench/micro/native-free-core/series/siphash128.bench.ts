import { hashWords, sipHash128 } from '../../../../native-free-core/series/siphash128.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { HASH_KEY, tsbsKeys } from './workload.js';

/** Long inputs show what a byte costs, the keys of TSBS (about 190 bytes) what a series costs. */
const keysPerRun = (size: BenchSize): number => (size === 'smoke' ? 100 : 2_000);
const longBytes = (size: BenchSize): number => (size === 'smoke' ? 10_000 : 1_000_000);

export const benches: MicroBench[] = [
  {
    name: 'siphash128: keys of TSBS series',
    unit: 'values',
    perRun: keysPerRun,
    setup: (size) => {
      const keys = tsbsKeys(keysPerRun(size));
      return () => {
        let sum = 0;
        for (const key of keys) {
          sipHash128(HASH_KEY, key, 0, key.length);
          sum ^= hashWords[0]!;
        }
        return sum;
      };
    },
  },
  {
    name: 'siphash128: one long input',
    unit: 'bytes',
    perRun: longBytes,
    setup: (size) => {
      const input = new Uint8Array(longBytes(size)).map((_, i) => i);
      return () => {
        sipHash128(HASH_KEY, input, 0, input.length);
        return hashWords[3]!;
      };
    },
  },
];
