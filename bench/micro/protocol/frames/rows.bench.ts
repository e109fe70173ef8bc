import { encode } from '@msgpack/msgpack';
import { CursorWriter, encodeRows, ItemStatus, type Row, RowsReader } from '../../../../protocol/index.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { mix, randomOf } from '../sample.js';

const rowsOf = (size: BenchSize): number => (size === 'full' ? 20_000 : 1000);

function sampleRows(count: number, isText: boolean): Row[] {
  const random = randomOf(1);
  return Array.from({ length: count }, (_, i) => {
    const ms = 1_764_669_600_000 + i;
    return {
      name: 'api.latency',
      value: Math.round(random() * 10_000) / 100,
      timestamp: isText ? new Date(ms).toISOString() : ms,
      labels: { host: `web-${i % 100}`, route: '/cart' },
    };
  });
}

function bench(name: string, frameOf: (count: number) => Uint8Array): MicroBench {
  return {
    name,
    unit: 'points',
    perRun: rowsOf,
    setup: (size) => {
      const frame = frameOf(rowsOf(size));
      const reader = new RowsReader();
      return () => {
        let hash = 0;
        reader.open(frame);
        while (reader.next() === ItemStatus.item) hash = mix(hash, reader.nameEnd + (reader.timeMs % 1e9));
        reader.release();
        return hash;
      };
    },
  };
}

export const benches: MicroBench[] = [
  bench('RowsReader: arrays with two labels', (count) => {
    const writer = new CursorWriter();
    encodeRows(writer, 1, sampleRows(count, false));
    return writer.copy();
  }),
  bench('RowsReader: maps with two labels', (count) => encode([3, 1, sampleRows(count, false)])),
  bench('RowsReader: maps with two labels and RFC 3339 times', (count) =>
    encode([3, 1, sampleRows(count, true)]),
  ),
];
