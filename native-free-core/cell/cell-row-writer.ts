import { assert } from '../assert.js';
import { type BitSink, riceParameter } from '../histogram/bit-sink.js';
import { BucketSplit } from '../histogram/bucket-split.js';
import type { CellRun } from './cell-run.js';
import {
  ABSENT,
  RAW_SQUARES,
  RAW_SUMS,
  RESIDUAL_MAX,
  RICE_PARAMETER_BITS,
  zigzag,
} from './cell-run-layout.js';
import { type PredictedMoments, predictMoments } from './predict-moments.js';
import { highWord, lowWord, ulpsBetween } from './ulps.js';
import {
  digitsOf,
  FLOAT_DIGITS,
  LATTICE_DIGITS_MAX,
  latticeOf,
  NO_PLACE,
  type ValueLattice,
} from './value-lattice.js';

/** The columns that have a Rice parameter, in the order of cell-run-layout.ts. */
const FIRST_PLACES = 0;
const RANGES = 1;
const SUMS = 2;
const SUM_ULPS = 3;
const SQUARES = 4;
const SQUARES_ULPS = 5;
const RICE_COLUMNS = 6;

/**
 * Writes the values of a run as rows of bits (cell-run-layout.ts): `prepare` looks at all rows and fixes the lattice,
 * the columns to be written and their parameters; `write` writes. Scratch of one thread, which grows with the longest run.
 */
export class CellRowWriter {
  digits = FLOAT_DIGITS;
  /** RAW_SUMS and RAW_SQUARES. */
  flags = 0;

  #lattice: ValueLattice = latticeOf(FLOAT_DIGITS);
  /** The place of each bucket of the run, from the first row's first bucket on. */
  #places = new Int32Array(256);
  /** The columns, row by row: column c of row r at r * RICE_COLUMNS + c. */
  #columns = new Float64Array(64 * RICE_COLUMNS);
  readonly #parameters = new Int32Array(RICE_COLUMNS);
  readonly #split = new BucketSplit();
  readonly #predicted: PredictedMoments = { sum: 0, squares: 0 };
  readonly #row = { count: 0, min: 0, max: 0, firstValue: 0 };

  prepare(run: CellRun, from: number, rows: number): void {
    if (rows * RICE_COLUMNS > this.#columns.length) this.#columns = new Float64Array(rows * RICE_COLUMNS * 2);
    this.#chooseLattice(run, from, from + rows);
    this.flags = 0;
    let placeBefore = 0;
    for (let row = 0; row < rows; row++) placeBefore = this.#prepareRow(run, from, row, placeBefore);
    for (let column = 0; column < RICE_COLUMNS; column++) {
      this.#parameters[column] = parameterFor(this.#columns, column, rows);
    }
  }

  /** The lattice with the fewest digits that has every value of which the cells tell, and a place for every bucket. */
  #chooseLattice(run: CellRun, from: number, to: number): void {
    let digits = 0;
    for (let i = from; i < to && digits <= LATTICE_DIGITS_MAX; i++) {
      digits = digitsOf(run.min[i]!, digits);
      digits = digitsOf(run.max[i]!, digits);
      digits = digitsOf(run.firstValue[i]!, digits);
      digits = digitsOf(run.lastValue[i]!, digits);
    }
    const start = run.bucketStart(from);
    const end = run.bucketStart(to);
    if (end - start > this.#places.length) this.#places = new Int32Array((end - start) * 2);
    for (; digits <= LATTICE_DIGITS_MAX; digits++) {
      if (this.#tryPlaces(latticeOf(digits), run, start, end)) return;
    }
    const placed = this.#tryPlaces(latticeOf(FLOAT_DIGITS), run, start, end);
    assert(placed, 'every bucket has a place among all float64 numbers');
  }

  #tryPlaces(lattice: ValueLattice, run: CellRun, start: number, end: number): boolean {
    const indexes = run.bucketIndexes;
    const places = this.#places;
    for (let i = start; i < end; i++) {
      const place = lattice.placeOf(indexes[i]!);
      if (place === NO_PLACE) return false;
      places[i - start] = place;
    }
    this.#lattice = lattice;
    this.digits = lattice.digits;
    return true;
  }

  /** Fills row `row` of the columns; answers the place of its min. */
  #prepareRow(run: CellRun, from: number, row: number, placeBefore: number): number {
    const i = from + row;
    const base = run.bucketStart(from);
    const start = run.bucketStart(i);
    const end = run.bucketEnd[i]!;
    const first = this.#places[start - base]!;
    this.#columns[row * RICE_COLUMNS + FIRST_PLACES] = zigzag(first - placeBefore);
    this.#columns[row * RICE_COLUMNS + RANGES] = this.#places[end - 1 - base]! - first;
    this.#row.count = run.count[i]!;
    this.#row.min = run.min[i]!;
    this.#row.max = run.max[i]!;
    this.#row.firstValue = run.firstValue[i]!;
    // The counts are the run's own, the places this object's, which begin at `base`.
    predictMoments(
      this.#lattice,
      this.#row,
      this.#places,
      run.bucketCounts,
      start,
      end,
      base,
      this.#predicted,
    );
    const scale = this.#lattice.scale;
    if (!this.#residual(SUMS, row, run.sum[i]!, this.#predicted.sum, scale)) this.flags |= RAW_SUMS;
    if (!this.#residual(SQUARES, row, run.squares[i]!, this.#predicted.squares, scale * scale)) {
      this.flags |= RAW_SQUARES;
    }
    return first;
  }

  /** Splits a number into predicted + whole units + ulps. False if one of them is too large to be folded. */
  #residual(column: number, row: number, value: number, predicted: number, scale: number): boolean {
    const at = row * RICE_COLUMNS + column;
    if (predicted === value && scale === 1) {
      this.#columns[at] = 0;
      this.#columns[at + 1] = 0;
      return true;
    }
    let units = 0;
    if (this.digits !== FLOAT_DIGITS) {
      units = Math.round(value * scale) - predicted;
      // Also false for infinities, and where the prediction is beyond the integers of a double.
      if (!(Math.abs(units) < RESIDUAL_MAX && Number.isInteger(units))) return false;
    }
    const ulps = ulpsBetween((predicted + units) / scale, value);
    if (!(Math.abs(ulps) < RESIDUAL_MAX)) return false;
    this.#columns[at] = zigzag(units);
    this.#columns[at + 1] = zigzag(ulps);
    return true;
  }

  write(run: CellRun, from: number, rows: number, sink: BitSink): void {
    if ((this.flags & RAW_SUMS) !== 0) this.#parameters.fill(ABSENT, SUMS, SUM_ULPS + 1);
    if ((this.flags & RAW_SQUARES) !== 0) this.#parameters.fill(ABSENT, SQUARES, SQUARES_ULPS + 1);
    for (let column = 0; column < RICE_COLUMNS; column++) {
      sink.bits(this.#parameters[column]!, RICE_PARAMETER_BITS);
    }
    this.#split.prior.clear();
    for (let row = 0; row < rows; row++) {
      const i = from + row;
      this.#writeBuckets(run, from, row, sink);
      if (run.count[i]! > 1) this.#writeEnds(run, from, i, sink);
      if ((this.flags & RAW_SUMS) !== 0) writeRaw(run.sum[i]!, sink);
      else {
        this.#writeRice(SUMS, row, sink);
        this.#writeRice(SUM_ULPS, row, sink);
      }
      if ((this.flags & RAW_SQUARES) !== 0) writeRaw(run.squares[i]!, sink);
      else {
        this.#writeRice(SQUARES, row, sink);
        this.#writeRice(SQUARES_ULPS, row, sink);
      }
    }
  }

  #writeRice(column: number, row: number, sink: BitSink): void {
    const parameter = this.#parameters[column]!;
    if (parameter !== ABSENT) sink.rice(this.#columns[row * RICE_COLUMNS + column]!, parameter);
  }

  /** Places, counts, and the min. */
  #writeBuckets(run: CellRun, from: number, row: number, sink: BitSink): void {
    const i = from + row;
    const base = run.bucketStart(from);
    const start = run.bucketStart(i);
    const length = run.bucketEnd[i]! - start;
    this.#writeRice(FIRST_PLACES, row, sink);
    if (run.count[i]! > 1) {
      this.#writeRice(RANGES, row, sink);
      if (length > 1) {
        this.#split.load(this.#places, start - base, run.bucketCounts, start, length, run.count[i]!);
        this.#split.write(sink);
      }
    }
    this.#split.prior.take(this.#places, start - base, run.bucketCounts, start, length, run.count[i]!);
    const place = this.#places[start - base]!;
    const points = this.#lattice.points(place);
    if (points === 1) return;
    if (row > 0 && this.#columns[row * RICE_COLUMNS + FIRST_PLACES] === 0) {
      const same = run.min[i] === run.min[i - 1];
      sink.bits(same ? 1 : 0, 1);
      if (same) return;
    }
    sink.uniform(this.#lattice.residual(run.min[i]!, place), points);
  }

  /** The max, the first and the last value of a row of at least two. */
  #writeEnds(run: CellRun, from: number, i: number, sink: BitSink): void {
    const start = run.bucketStart(i) - run.bucketStart(from);
    const length = run.bucketEnd[i]! - run.bucketStart(i);
    const min = run.min[i]!;
    const max = run.max[i]!;
    const place = this.#places[start + length - 1]!;
    const points = this.#lattice.points(place);
    if (points > 1) {
      if (length === 1) sink.bits(max === min ? 1 : 0, 1);
      if (length > 1 || max !== min) sink.uniform(this.#lattice.residual(max, place), points);
    }
    if (min === max) return;
    if (run.count[i] === 2) {
      sink.bits(run.firstValue[i] === max ? 1 : 0, 1);
      return;
    }
    this.#writeMember(run.firstValue[i]!, start, length, min, max, sink);
    this.#writeMember(run.lastValue[i]!, start, length, min, max, sink);
  }

  /** One of the row's values: which bucket, and if need be which number in it. Called twice a row: primitives only. */
  #writeMember(value: number, start: number, length: number, min: number, max: number, sink: BitSink): void {
    const which = value === min ? 0 : value === max ? length - 1 : this.#bucketOf(value, start, length);
    sink.uniform(which, length);
    const place = this.#places[start + which]!;
    const points = this.#lattice.points(place);
    if (points === 1) return;
    if (which === 0) {
      sink.bits(value === min ? 1 : 0, 1);
      if (value === min) return;
    }
    if (which === length - 1) {
      sink.bits(value === max ? 1 : 0, 1);
      if (value === max) return;
    }
    sink.uniform(this.#lattice.residual(value, place), points);
  }

  #bucketOf(value: number, start: number, length: number): number {
    const place = this.#lattice.placeOfValue(value);
    let low = 0;
    let high = length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#places[start + middle]! < place) low = middle + 1;
      else high = middle;
    }
    assert(this.#places[start + low] === place, 'first and last value of a cell must be in its sketch');
    return low;
  }
}

function writeRaw(value: number, sink: BitSink): void {
  sink.bits(lowWord(value) | 0, 32);
  sink.bits(highWord(value) | 0, 32);
}

function parameterFor(columns: Float64Array, column: number, rows: number): number {
  let total = 0;
  for (let row = 0; row < rows; row++) total += columns[row * RICE_COLUMNS + column]!;
  return total === 0 ? ABSENT : riceParameter(total / rows);
}
