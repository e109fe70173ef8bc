import { chunkBytesMax, decodeChunkInto, encodeChunkInto } from '../../../../native-free-core/codec/chunk.js';
import { PointWindows } from '../../../../native-free-core/query/point-windows.js';
import { ScalarGrid, type ScalarNeeds } from '../../../../native-free-core/query/scalar-grid.js';
import { windowShape } from '../../../../native-free-core/query/window-shape.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

const SERIES_POINTS = 1_000;
const STEP_MS = 10_000;
const T0 = 1_700_000_000_000;

const seriesOf = (size: BenchSize): number => (size === 'smoke' ? 20 : 1_000);

/** A walk of whole numbers from 0 to 100, a point each 10 s, as TSBS has them. */
function walk(): { times: Float64Array; values: Float64Array } {
  let state = 12_345;
  let value = 50;
  const times = new Float64Array(SERIES_POINTS);
  const values = times.map((_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    times[i] = T0 + i * STEP_MS;
    value = Math.min(100, Math.max(0, value + (((state >>> 16) % 3) - 1)));
    return value;
  });
  return { times, values };
}

const NOTHING: ScalarNeeds = { sums: false, squares: false, extremes: false, ends: false };

function bench(name: string, windowMs: number, needs: Partial<ScalarNeeds>, isDecoded: boolean): MicroBench {
  return {
    name,
    unit: 'points',
    perRun: (size) => seriesOf(size) * SERIES_POINTS,
    setup: (size) => {
      const { times, values } = walk();
      const bytes = new Uint8Array(chunkBytesMax(SERIES_POINTS));
      const end = encodeChunkInto(times, values, 0, SERIES_POINTS, bytes, 0);
      const windows = new PointWindows();
      const shape = windowShape(T0, T0 + SERIES_POINTS * STEP_MS, windowMs, 1);
      return () => {
        const grid = new ScalarGrid(shape, { ...NOTHING, ...needs });
        for (let ordinal = 0; ordinal < seriesOf(size); ordinal++) {
          if (isDecoded) decodeChunkInto(bytes, 0, end, times, values, 0);
          for (let at = 0; at < SERIES_POINTS; ) {
            at = windows.gather(times, values, at, SERIES_POINTS, windowMs);
            grid.add(0, ordinal, windows, 0, windows.length);
          }
        }
        return grid.count.reduce((a, b) => a + b, 0) + grid.sum.reduce((a, b) => a + b, 0);
      };
    },
  };
}

export const benches: MicroBench[] = [
  bench('mean of windows of a minute, chunks decoded', 60_000, { sums: true }, true),
  bench('mean of windows of a minute', 60_000, { sums: true }, false),
  bench('mean of windows of an hour', 3_600_000, { sums: true }, false),
  bench(
    'everything but percentiles, windows of a minute',
    60_000,
    { sums: true, squares: true, extremes: true, ends: true },
    false,
  ),
];
