import { BucketCounter } from '../../../../native-free-core/histogram/bucket-counter.js';
import { Sketch } from '../../../../native-free-core/histogram/sketch.js';
import {
  decodeSketchInto,
  encodeSketchInto,
  sketchBytesMax,
} from '../../../../native-free-core/histogram/sketch-codec.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { cpuOnly, logNormal } from '../cell/workload.js';

const POINTS = 1000;
const sketchesOf = (size: BenchSize) => (size === 'full' ? 300 : 30);

function sketches(size: BenchSize): Sketch[] {
  const { values } = logNormal(sketchesOf(size) / 30);
  return Array.from({ length: sketchesOf(size) }, (_, i) => {
    const sketch = new Sketch();
    sketch.addSorted(values.slice(i * POINTS, (i + 1) * POINTS).sort(), 0, POINTS);
    return sketch;
  });
}

/** One crossing of BucketCounter: 8 values are sorted, 9 are counted in the table. */
function counting(window: number): MicroBench {
  const values = (size: BenchSize) => (size === 'full' ? 180_000 : 18_000);
  return {
    name: `BucketCounter.countInto(), TSBS cpu-only, ${window} values at a time`,
    unit: 'values',
    perRun: (size) => Math.floor(values(size) / window) * window,
    setup: (size) => {
      const data = cpuOnly(values(size) / 180).values;
      const counter = new BucketCounter();
      const indexes = new Int32Array(window);
      const counts = new Float64Array(window);
      return () => {
        let hash = 0;
        for (let start = 0; start + window <= data.length; start += window) {
          hash += counter.countInto(data, start, start + window, indexes, counts, 0);
        }
        return hash;
      };
    },
  };
}

export const benches: MicroBench[] = [
  counting(6),
  counting(8),
  counting(9),
  counting(32),
  counting(1000),
  {
    name: 'Sketch.merge(), log-normal sketches of 1,000 values into one',
    unit: 'values',
    perRun: sketchesOf,
    setup: (size) => {
      const all = sketches(size);
      const sum = new Sketch();
      return () => {
        sum.reset();
        for (const sketch of all) sum.merge(sketch);
        return sum.length + sum.quantile(99);
      };
    },
  },
  {
    name: 'encodeSketchInto(), log-normal, 1,000 values (hash: bytes a sketch * 1000)',
    unit: 'values',
    perRun: sketchesOf,
    setup: (size) => {
      const all = sketches(size);
      const out = new Uint8Array(Math.max(...all.map(sketchBytesMax)));
      return () => {
        let bytes = 0;
        for (const sketch of all) bytes += encodeSketchInto(sketch, out, 0);
        return Math.round((1000 * bytes) / all.length);
      };
    },
  },
  {
    name: 'decodeSketchInto(), log-normal, 1,000 values',
    unit: 'values',
    perRun: sketchesOf,
    setup: (size) => {
      const encoded = sketches(size).map((sketch) => {
        const out = new Uint8Array(sketchBytesMax(sketch));
        return out.slice(0, encodeSketchInto(sketch, out, 0));
      });
      const sketch = new Sketch();
      return () => {
        let hash = 0;
        for (const bytes of encoded) hash += decodeSketchInto(bytes, 0, bytes.length, sketch) + sketch.length;
        return hash;
      };
    },
  },
];
