import { encodeColumns } from '../../protocol/frames/columns.js';
import { encodeRows, type Row } from '../../protocol/frames/rows.js';
import type { SeriesBinding } from '../../protocol/frames/series.js';
import type { CursorWriter } from '../../protocol/msgpack/cursor-writer.js';
import type { SimPoint } from './point-book.js';
import type { PointMaker } from './point-maker.js';
import { seriesText } from './series-pool.js';
import type { SimRandom } from './sim-random.js';

/** A batch that can be sent, under one number or another. */
export interface ModelBatch {
  /** 0: none yet. */
  seq: number;
  readonly count: number;
  readonly points: readonly SimPoint[];
  encode(writer: CursorWriter, seq: number): void;
}

/** Makes batches of rows, and of columns with and without times of their own. */
export class BatchMaker {
  readonly #random: SimRandom;
  readonly #maker: PointMaker;
  readonly #bindings: readonly SeriesBinding[];
  readonly #pointsMax: number;

  constructor(random: SimRandom, maker: PointMaker, bindings: readonly SeriesBinding[], pointsMax: number) {
    this.#random = random;
    this.#maker = maker;
    this.#bindings = bindings;
    this.#pointsMax = pointsMax;
  }

  make(named: boolean): ModelBatch {
    const count = this.#random.chance(0.03) ? 0 : this.#random.size(Math.min(40, this.#pointsMax));
    return this.#random.chance(0.5) ? this.#rows(count, named) : this.#columns(count, named);
  }

  /** A batch that only takes its number's place. */
  empty(seq: number): ModelBatch {
    return { seq, count: 0, points: [], encode: (writer, number) => encodeRows(writer, number, []) };
  }

  #rows(count: number, named: boolean): ModelBatch {
    const points: SimPoint[] = [];
    const rows = Array.from({ length: count }, (): Row => {
      const form = this.#random.weighted([10, 3, 2, 1]);
      const timeMs = form === 1 ? undefined : this.#maker.timeMs() + (form === 2 ? 0.5 : 0);
      const made = this.#maker.make(named, timeMs);
      if (made.point !== undefined) points.push(made.point);
      const { name, labels } = made.series;
      const row: Row = { name, value: made.value, labels };
      if (this.#random.chance(0.02)) return this.#spoiled(row);
      if (timeMs === undefined) return row;
      return { ...row, timestamp: form === 3 ? new Date(timeMs).toISOString() : timeMs };
    });
    return { seq: 0, count, points, encode: (writer, seq) => encodeRows(writer, seq, rows) };
  }

  /** A row that must be refused. */
  #spoiled(row: Row): Row {
    const kind = this.#random.int(3);
    if (kind === 0) return { ...row, name: this.#random.pick(['', 'two\nlines']) };
    if (kind === 1) return { ...row, timestamp: 'some day' };
    return { ...row, timestamp: 8.65e15 };
  }

  #columns(count: number, named: boolean): ModelBatch {
    const points: SimPoint[] = [];
    const baseMs = this.#maker.timeMs() + this.#random.pick([0, 0, 0.25]);
    const refs = new Uint32Array(count);
    const values = new Float64Array(count);
    const dt = this.#random.chance(0.5) ? new Int32Array(count) : undefined;
    for (let i = 0; i < count; i++) {
      const { ref, name, labels } = this.#random.pick(this.#bindings);
      if (dt !== undefined) dt[i] = this.#random.chance(0.8) ? i * 10 : this.#random.between(-90_000, 90_000);
      const series = { name, labels: labels ?? {}, text: seriesText(name, labels ?? {}) };
      const made = this.#maker.make(named, baseMs + (dt?.[i] ?? 0), series);
      if (made.point !== undefined) points.push(made.point);
      refs[i] = this.#random.chance(0.02) ? 77 : ref;
      values[i] = made.value;
    }
    return {
      seq: 0,
      count,
      points,
      encode: (writer, seq) => encodeColumns(writer, seq, baseMs, { refs, dt, values }),
    };
  }
}
