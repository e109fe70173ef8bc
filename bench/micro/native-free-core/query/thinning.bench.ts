import { extremesPerPixelInto } from '../../../../native-free-core/query/extremes-per-pixel.js';
import { lttbInto } from '../../../../native-free-core/query/lttb.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

const KEPT = 1_000;
const countOf = (size: BenchSize): number => (size === 'smoke' ? 5_000 : 100_000);

/** A random walk at 10 s with jitter, the same on every machine. */
function walk(count: number): { times: Float64Array; values: Float64Array } {
  let state = 12_345;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const times = Float64Array.from(
    { length: count },
    (_, i) => 1_700_000_000_000 + i * 10_000 + next() * 1_000,
  );
  let value = 50;
  const values = Float64Array.from({ length: count }, () => (value += next() * 2 - 1));
  return { times, values };
}

type Thin = typeof lttbInto;

const thinning = (name: string, thin: Thin): MicroBench => ({
  name: `${name} to ${KEPT}`,
  unit: 'points',
  perRun: countOf,
  setup: (size) => {
    const count = countOf(size);
    const { times, values } = walk(count);
    const chosen = new Uint32Array(KEPT);
    return () => {
      const length = thin(times, values, count, KEPT, chosen);
      let hash = length;
      for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + chosen[i]!) | 0;
      return hash;
    };
  },
});

export const benches: MicroBench[] = [
  thinning('largest triangles', lttbInto),
  thinning('extremes per pixel', extremesPerPixelInto),
];
