import { ColumnsBuffer } from '../../../protocol/frames/columns-buffer.js';
import {
  ColumnsView,
  DecodeStatus,
  decodeColumns,
  decodeUtf8,
  ItemStatus,
  RowsReader,
  rejectReasons,
  SeriesReader,
} from '../../../protocol/index.js';

/** A decoded COLUMNS frame as plain arrays. */
export function readColumns(bytes: Uint8Array): unknown {
  const view = new ColumnsView();
  const status = decodeColumns(bytes, view);
  if (status !== DecodeStatus.ok) return view.failure.text;
  const buffer = new ColumnsBuffer(1);
  buffer.load(bytes, view);
  return {
    seq: view.seq,
    baseMs: view.baseMs,
    refs: [...buffer.refs.subarray(0, view.count)],
    dt: view.dtOffset < 0 ? null : [...buffer.dt.subarray(0, view.count)],
    values: [...buffer.values.subarray(0, view.count)],
  };
}

/** All that a SERIES frame says; a rejected binding is its ref and reason, a broken frame its failure. */
export function readSeries(bytes: Uint8Array): unknown {
  const reader = new SeriesReader();
  if (reader.open(bytes) !== DecodeStatus.ok) return reader.failure.text;
  const bindings: unknown[] = [];
  for (;;) {
    const status = reader.next();
    if (status === ItemStatus.end) return { bindings };
    if (status === ItemStatus.broken) return reader.failure.text;
    if (status === ItemStatus.rejected)
      bindings.push({ ref: reader.ref, reason: rejectReasons[reader.reason] });
    else {
      const name = decodeUtf8(bytes, reader.nameStart, reader.nameEnd);
      bindings.push({ ref: reader.ref, name, labels: reader.labels.toObject(bytes) });
    }
  }
}

/** All that a ROWS frame says; a rejected row is its reason, a broken frame its failure. */
export function readRows(bytes: Uint8Array): { seq: number; rows: unknown[] } | string {
  const reader = new RowsReader();
  if (reader.open(bytes) !== DecodeStatus.ok) return reader.failure.text;
  const rows: unknown[] = [];
  for (;;) {
    const status = reader.next();
    if (status === ItemStatus.end) return { seq: reader.seq, rows };
    if (status === ItemStatus.broken) return reader.failure.text;
    if (status === ItemStatus.rejected) {
      rows.push(rejectReasons[reader.reason]);
      continue;
    }
    const row: Record<string, unknown> = {
      name: decodeUtf8(bytes, reader.nameStart, reader.nameEnd),
      value: reader.value,
    };
    if (!Number.isNaN(reader.timeMs)) row['timestamp'] = reader.timeMs;
    if (reader.labels.count > 0) row['labels'] = reader.labels.toObject(bytes);
    rows.push(row);
  }
}
