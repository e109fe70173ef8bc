import {
  createStreamDetector,
  STREAM_PROFILES,
} from '../../../../native-free-core/detect/stream-detector.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

const countOf = (size: BenchSize): number => (size === 'smoke' ? 5_000 : 100_000);

/** A walk between 0 and 100, the same on every machine. */
function walk(count: number): Float64Array {
  let state = 12_345;
  let value = 50;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    value = Math.min(100, Math.max(0, value + ((state >>> 0) / 2 ** 32) * 2 - 1));
    return value;
  });
}

export const benches: MicroBench[] = STREAM_PROFILES.map((profile) => ({
  name: `${profile} of a series`,
  unit: 'points',
  perRun: countOf,
  setup: (size) => {
    const values = walk(countOf(size));
    return () => {
      const detector = createStreamDetector(profile);
      let sum = 0;
      for (let i = 0; i < values.length; i++)
        sum += detector.push(1_700_000_000_000 + i * 10_000, values[i]!);
      return sum;
    };
  },
}));
