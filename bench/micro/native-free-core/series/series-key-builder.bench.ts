import { SeriesKeyBuilder } from '../../../../native-free-core/series/series-key-builder.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { feed, LIMITS, tsbsSeries } from './workload.js';

/** A series from its pieces to its canonical bytes: what each row of ROWS costs, and each new series over HTTP. */
const perRun = (size: BenchSize): number => (size === 'smoke' ? 100 : 2_000);

export const benches: MicroBench[] = [
  {
    name: 'series key: TSBS, ten labels',
    unit: 'values',
    perRun,
    setup: (size) => {
      const series = tsbsSeries(perRun(size));
      const builder = new SeriesKeyBuilder(LIMITS);
      return () => {
        let bytes = 0;
        for (const each of series) {
          feed(builder, each);
          builder.finish();
          bytes += builder.length;
        }
        return bytes;
      };
    },
  },
];
