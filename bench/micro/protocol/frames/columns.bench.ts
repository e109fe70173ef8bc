import {
  ColumnsBuffer,
  ColumnsView,
  CursorWriter,
  DecodeStatus,
  decodeColumns,
  encodeColumns,
} from '../../../../protocol/index.js';
import type { BenchSize, MicroBench } from '../../../harness.js';
import { mix, sampleColumns } from '../sample.js';

const pointsOf = (size: BenchSize): number => (size === 'full' ? 10_000 : 1000);
const framesPerRun = 100;
const baseMs = 1_764_669_600_000;

function frameOf(points: number): Uint8Array {
  const writer = new CursorWriter();
  encodeColumns(writer, 1, baseMs, sampleColumns(points));
  return writer.copy();
}

function decoded(frame: Uint8Array): ColumnsView {
  const view = new ColumnsView();
  if (decodeColumns(frame, view) !== DecodeStatus.ok) throw new Error(view.failure.text);
  return view;
}

export const benches: MicroBench[] = [
  {
    name: 'decodeColumns(): finding the columns of a frame',
    unit: 'frames',
    perRun: () => framesPerRun,
    setup: (size) => {
      const frame = frameOf(pointsOf(size));
      const view = new ColumnsView();
      return () => {
        let hash = 0;
        for (let i = 0; i < framesPerRun; i++)
          hash = mix(hash, decodeColumns(frame, view) + view.valuesOffset);
        return hash;
      };
    },
  },
  {
    name: 'decodeColumns(), ColumnsBuffer.load() and a look at every point',
    unit: 'points',
    perRun: (size) => pointsOf(size) * framesPerRun,
    setup: (size) => {
      const frame = frameOf(pointsOf(size));
      const view = decoded(frame);
      const buffer = new ColumnsBuffer(pointsOf(size));
      return () => {
        let sum = 0;
        for (let i = 0; i < framesPerRun; i++) {
          decodeColumns(frame, view);
          buffer.load(frame, view);
          const { refs, dt, values } = buffer;
          for (let j = 0; j < view.count; j++) sum += refs[j]! * values[j]! + dt[j]!;
        }
        return Math.trunc(sum % 2 ** 32);
      };
    },
  },
  {
    // What ColumnsBuffer is measured against.
    name: 'decodeColumns() and a look at every point by DataView, without a copy',
    unit: 'points',
    perRun: (size) => pointsOf(size) * framesPerRun,
    setup: (size) => {
      const frame = frameOf(pointsOf(size));
      const view = decoded(frame);
      return () => {
        let sum = 0;
        for (let i = 0; i < framesPerRun; i++) {
          decodeColumns(frame, view);
          const data = new DataView(frame.buffer, frame.byteOffset, frame.length);
          for (let j = 0; j < view.count; j++) {
            const ref = data.getUint32(view.refsOffset + 4 * j, true);
            const value = data.getFloat64(view.valuesOffset + 8 * j, true);
            sum += ref * value + data.getInt32(view.dtOffset + 4 * j, true);
          }
        }
        return Math.trunc(sum % 2 ** 32);
      };
    },
  },
  {
    name: 'encodeColumns()',
    unit: 'points',
    perRun: (size) => pointsOf(size) * framesPerRun,
    setup: (size) => {
      const columns = sampleColumns(pointsOf(size));
      const writer = new CursorWriter();
      return () => {
        let hash = 0;
        for (let i = 1; i <= framesPerRun; i++) {
          writer.reset();
          encodeColumns(writer, i, baseMs, columns);
          hash = mix(hash, writer.bytes[writer.position - 1]!);
        }
        return hash;
      };
    },
  },
];
