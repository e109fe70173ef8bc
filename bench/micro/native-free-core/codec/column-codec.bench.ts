import {
  columnBytesMax,
  decodeColumnInto,
  encodeColumnInto,
} from '../../../../native-free-core/codec/column-codec.js';
import { crc32c } from '../../../../native-free-core/codec/crc32c.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { randomFrom, timeColumns, valueColumns } from './columns.js';

const COLUMN_VALUES = 200;
const columnsPerRun = (size: BenchSize): number => (size === 'smoke' ? 20 : 100);
const perRun = (size: BenchSize): number => COLUMN_VALUES * columnsPerRun(size);

interface Encoded {
  columns: Float64Array[];
  bytes: Uint8Array;
  offsets: Int32Array;
}

/** Columns of one kind and room for all of them encoded one after another. */
function build(make: (typeof valueColumns)[string], size: BenchSize): Encoded {
  const random = randomFrom(77);
  const columns = Array.from({ length: columnsPerRun(size) }, () => make(random, COLUMN_VALUES));
  const bytes = new Uint8Array(columns.length * columnBytesMax(COLUMN_VALUES));
  return { columns, bytes, offsets: new Int32Array(columns.length + 1) };
}

function encodeAll({ columns, bytes, offsets }: Encoded): number {
  let offset = 0;
  for (let i = 0; i < columns.length; i++) {
    offset = encodeColumnInto(columns[i]!, 0, COLUMN_VALUES, bytes, offset);
    offsets[i + 1] = offset;
  }
  return offset;
}

const encodeBench = (name: string, make: (typeof valueColumns)[string]): MicroBench => ({
  name: `encode: ${name}`,
  unit: 'values',
  perRun,
  setup: (size) => {
    const encoded = build(make, size);
    return () => {
      const end = encodeAll(encoded);
      return crc32c(encoded.bytes, Math.max(0, end - 64), end) ^ end;
    };
  },
});

const decodeBench = (name: string, make: (typeof valueColumns)[string]): MicroBench => ({
  name: `decode: ${name}`,
  unit: 'values',
  perRun,
  setup: (size) => {
    const encoded = build(make, size);
    encodeAll(encoded);
    const { bytes, offsets, columns } = encoded;
    const out = new Float64Array(COLUMN_VALUES);
    return () => {
      let sum = 0;
      for (let i = 0; i < columns.length; i++) {
        sum += decodeColumnInto(bytes, offsets[i]!, offsets[i + 1]!, COLUMN_VALUES, out, 0);
        sum += out[COLUMN_VALUES - 1]!;
      }
      return sum;
    };
  },
});

export const benches: MicroBench[] = Object.entries({ ...valueColumns, ...timeColumns }).flatMap(
  ([name, make]) => [encodeBench(name, make), decodeBench(name, make)],
);
