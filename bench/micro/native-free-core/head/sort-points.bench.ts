import { isSorted, sortPoints } from '../../../../native-free-core/head/sort-points.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { seededRandom } from '../../../macro/tsbs.js';

/** Chains on their way into blocks: sorted ones are only looked at, late ones are a few runs, the worst is at random. */
const POINTS = 1_000;
const chainsPerRun = (size: BenchSize): number => (size === 'smoke' ? 5 : 100);

function bench(name: string, timeOf: (i: number, random: () => number) => number): MicroBench {
  return {
    name: `sort points: ${name}`,
    unit: 'points',
    perRun: (size) => POINTS * chainsPerRun(size),
    setup: (size) => {
      const random = seededRandom(9);
      const arrived = Float64Array.from({ length: POINTS }, (_, i) => timeOf(i, random));
      const [times, values, scratchTimes, scratchValues] = Array.from(
        { length: 4 },
        () => new Float64Array(POINTS),
      );
      return () => {
        let sum = 0;
        for (let i = 0; i < chainsPerRun(size); i++) {
          times!.set(arrived);
          if (!isSorted(times!, POINTS)) sortPoints(times!, values!, POINTS, scratchTimes!, scratchValues!);
          sum += times![POINTS - 1]!;
        }
        return sum;
      };
    },
  };
}

export const benches: MicroBench[] = [
  bench('in order', (i) => i),
  bench('two senders that take turns', (i) => (i & 1) * 500 + i),
  bench('one batch of 100 came late', (i) => (i < 100 ? i + 400.5 : i)),
  bench('at random', (_, random) => random()),
];
