import { errorText } from '../../errors.js';
import { isBlank } from '../../http/ingest/blank-line.js';
import { readJson } from '../../http/ingest/body-reader.js';
import { addPoint } from '../../http/ingest/point-batch.js';
import { RecordScanner } from '../../http/ingest/record-scanner.js';
import { SeriesCache } from '../../http/ingest/series-cache.js';
import type { Labels, RowSink } from '../../http/ports.js';
import type { PointReader, ReaderContext } from './point-reader.js';

const NEWLINE = 0x0a;

/** Puts what the scanner of the HTTP edge finds into columns. Nothing in a file is refused for its time: the server judges that. */
class ColumnSink implements RowSink {
  line = 0;
  readonly #context: ReaderContext;

  constructor(context: ReaderContext) {
    this.#context = context;
  }

  resolve(name: string, labels: Labels | undefined): number {
    return this.#context.series(name, labels);
  }

  timeReason(): number {
    return 0;
  }

  addResolved(series: number, value: number, timeMs: number | undefined): number {
    this.#context.columns.add(series, value, timeMs ?? this.#context.nowMs, this.line);
    return 0;
  }

  reject(): void {}

  commit(): undefined {}

  abort(): void {}
}

/** Points as JSON objects, one a line, in the forms that POST /api/v1/record takes. */
export class NdjsonReader implements PointReader {
  line = 1;
  readonly #context: ReaderContext;
  readonly #sink: ColumnSink;
  readonly #scanner = new RecordScanner(new SeriesCache());

  constructor(context: ReaderContext) {
    this.#context = context;
    this.#sink = new ColumnSink(context);
  }

  read(bytes: Uint8Array, start: number, isLast: boolean): number {
    const { columns, fromLine } = this.#context;
    let at = start;
    while (!columns.isFull && at < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, at);
      if (newline < 0 && !isLast) break;
      const end = newline < 0 ? bytes.length : newline;
      if (this.line >= fromLine) this.#readLine(bytes, at, end);
      this.line++;
      at = newline < 0 ? end : end + 1;
    }
    return at;
  }

  #readLine(bytes: Uint8Array, start: number, end: number): void {
    if (isBlank(bytes, start, end)) return;
    const { report, columns } = this.#context;
    const { size } = columns;
    this.#sink.line = this.line;
    try {
      const after = this.#scanner.scanPoint(bytes, start, end, this.#sink, report, this.line);
      if (after >= 0 && isBlank(bytes, after, end)) return;
      // Unusual, or something stands behind the point: then it is none.
      columns.truncate(size);
      addPoint(this.#sink, report, this.line, readJson(bytes.subarray(start, end)));
    } catch (error) {
      report.refuseLine(this.line, errorText(error));
    }
  }
}
