import {
  type Columns,
  type CursorWriter,
  encodeColumns,
  encodeHello,
  encodeRows,
  encodeSeries,
  type Hello,
  type Row,
  type SeriesBinding,
} from '../../../protocol/index.js';
import { NOW_MS } from './ingest-fixture.js';

type Frame = (writer: CursorWriter) => void;

export const hello =
  (fields: Hello = {}): Frame =>
  (writer) =>
    encodeHello(writer, fields);

export const series =
  (...bindings: SeriesBinding[]): Frame =>
  (writer) =>
    encodeSeries(writer, bindings);

/** A COLUMNS frame of points [ref, value] or [ref, value, dt]; without any dt the column is nil. */
export const columns =
  (
    seq: number,
    points: readonly (readonly [ref: number, value: number, dt?: number])[],
    baseMs = NOW_MS,
  ): Frame =>
  (writer) => {
    const made: Columns = {
      refs: Uint32Array.from(points, ([ref]) => ref),
      values: Float64Array.from(points, ([, value]) => value),
      dt: points.some(([, , dt]) => dt !== undefined)
        ? Int32Array.from(points, ([, , dt]) => dt ?? 0)
        : undefined,
    };
    encodeColumns(writer, seq, baseMs, made);
  };

export const rows =
  (seq: number, ...list: Row[]): Frame =>
  (writer) =>
    encodeRows(writer, seq, list);
