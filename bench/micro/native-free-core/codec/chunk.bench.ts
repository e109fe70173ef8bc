import { chunkBytesMax, decodeChunkInto, encodeChunkInto } from '../../../../native-free-core/codec/chunk.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { randomFrom, timeColumns, valueColumns } from './columns.js';

/** Whole chunks of a TSBS series, as the store writes and reads them: both columns and the checksum. */
const CHUNK_POINTS = 200;
const chunksPerRun = (size: BenchSize): number => (size === 'smoke' ? 20 : 100);
const perRun = (size: BenchSize): number => CHUNK_POINTS * chunksPerRun(size);

function build(size: BenchSize) {
  const random = randomFrom(77);
  const values = Array.from({ length: chunksPerRun(size) }, () =>
    valueColumns['TSBS gauge']!(random, CHUNK_POINTS),
  );
  const times = timeColumns['regular, 10 s']!(random, CHUNK_POINTS);
  const bytes = new Uint8Array(values.length * chunkBytesMax(CHUNK_POINTS));
  const offsets = new Int32Array(values.length + 1);
  const encodeAll = (): number => {
    let offset = 0;
    for (let i = 0; i < values.length; i++) {
      offset = encodeChunkInto(times, values[i]!, 0, CHUNK_POINTS, bytes, offset);
      offsets[i + 1] = offset;
    }
    return offset;
  };
  return { bytes, offsets, encodeAll };
}

export const benches: MicroBench[] = [
  {
    name: 'chunk encode: TSBS gauge every 10 s',
    unit: 'points',
    perRun,
    setup: (size) => build(size).encodeAll,
  },
  {
    name: 'chunk decode: TSBS gauge every 10 s',
    unit: 'points',
    perRun,
    setup: (size) => {
      const { bytes, offsets, encodeAll } = build(size);
      encodeAll();
      const times = new Float64Array(CHUNK_POINTS);
      const values = new Float64Array(CHUNK_POINTS);
      return () => {
        let sum = 0;
        for (let i = 0; i + 1 < offsets.length; i++) {
          sum += decodeChunkInto(bytes, offsets[i]!, offsets[i + 1]!, times, values, 0);
          sum += values[CHUNK_POINTS - 1]!;
        }
        return sum;
      };
    },
  },
];
