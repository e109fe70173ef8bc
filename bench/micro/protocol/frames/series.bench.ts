import { CursorWriter, encodeSeries, ItemStatus, SeriesReader } from '../../../../protocol/index.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { mix, sampleLabels } from '../sample.js';

const seriesOf = (size: BenchSize): number => (size === 'full' ? 20_000 : 1000);

export const benches: MicroBench[] = [
  {
    name: 'SeriesReader: bindings with ten labels each',
    unit: 'values',
    perRun: seriesOf,
    setup: (size) => {
      const writer = new CursorWriter();
      const bindings = Array.from({ length: seriesOf(size) }, (_, i) => ({
        ref: i,
        name: 'cpu.usage_user',
        labels: sampleLabels(i),
      }));
      encodeSeries(writer, bindings);
      const frame = writer.copy();
      const reader = new SeriesReader();
      return () => {
        let hash = 0;
        reader.open(frame);
        while (reader.next() === ItemStatus.item)
          hash = mix(hash, reader.nameEnd + reader.labels.valueEnd(9));
        reader.release();
        return hash;
      };
    },
  },
];
