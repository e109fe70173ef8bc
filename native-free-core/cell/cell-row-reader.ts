import type { BitSource } from '../histogram/bit-source.js';
import { BucketSplit } from '../histogram/bucket-split.js';
import { bucketOfFine } from '../histogram/fine-bucket.js';
import type { CellScalars } from './cell.js';
import {
  ABSENT,
  RAW_SQUARES,
  RAW_SUMS,
  RICE_PARAMETER_BITS,
  RICE_PARAMETER_MAX,
  unzigzag,
} from './cell-run-layout.js';
import { type PredictedMoments, predictMoments } from './predict-moments.js';
import { fromWords, moveByUlps } from './ulps.js';
import { FLOAT_DIGITS, latticeOf, type ValueLattice } from './value-lattice.js';

/**
 * Reads what CellRowWriter writes, row by row. `tryRow` leaves the row's values in `scalars` and its buckets in
 * `indexes` and `counts`, which belong to this object until the next row. Scratch of one thread.
 */
export class CellRowReader {
  readonly scalars: CellScalars = {
    count: 0,
    sum: 0,
    squares: 0,
    min: 0,
    max: 0,
    firstValue: 0,
    firstTimeMs: 0,
    lastValue: 0,
    lastTimeMs: 0,
  };
  /** Bucket indexes of the row, ascending; `length` of them. */
  indexes = new Int32Array(64);
  length = 0;

  #lattice: ValueLattice = latticeOf(FLOAT_DIGITS);
  #isFine = false;
  #flags = 0;
  #firstPlaces = ABSENT;
  #ranges = ABSENT;
  #sums = ABSENT;
  #sumUlps = ABSENT;
  #squares = ABSENT;
  #squaresUlps = ABSENT;
  #first = true;
  #placeBefore = 0;
  #minBefore = 0;
  readonly #split = new BucketSplit();
  readonly #predicted: PredictedMoments = { sum: 0, squares: 0 };

  /** How often each of `indexes` occurs. */
  get counts(): Float64Array {
    return this.#split.counts;
  }

  /**
   * Begins with the parameters at the source's position; `isFine`: of fine buckets, over which the lattice is, and which
   * are made those of bucket.ts. False if no writer makes them.
   */
  tryStart(lattice: ValueLattice, isFine: boolean, flags: number, source: BitSource): boolean {
    this.#lattice = lattice;
    this.#isFine = isFine;
    this.#flags = flags;
    this.#split.prior.clear();
    this.#firstPlaces = source.bits(RICE_PARAMETER_BITS);
    this.#ranges = source.bits(RICE_PARAMETER_BITS);
    this.#sums = source.bits(RICE_PARAMETER_BITS);
    this.#sumUlps = source.bits(RICE_PARAMETER_BITS);
    this.#squares = source.bits(RICE_PARAMETER_BITS);
    this.#squaresUlps = source.bits(RICE_PARAMETER_BITS);
    this.#first = true;
    this.#placeBefore = 0;
    return (
      isParameter(this.#firstPlaces) &&
      isParameter(this.#ranges) &&
      isParameter(this.#sums) &&
      isParameter(this.#sumUlps) &&
      isParameter(this.#squares) &&
      isParameter(this.#squaresUlps) &&
      !source.overrun
    );
  }

  /** Reads a row of `count` points; times are the caller's. False if no writer makes it. */
  tryRow(count: number, source: BitSource): boolean {
    const row = this.scalars;
    row.count = count;
    const move = rice(this.#firstPlaces, source);
    const place = this.#placeBefore + unzigzag(move);
    const range = count > 1 ? rice(this.#ranges, source) + 1 : 1;
    const placeMax = this.#lattice.placeMax;
    if (!(place >= -placeMax && place + range - 1 <= placeMax)) return false;
    if (!this.#tryBuckets(place, range, count, source)) return false;
    row.min = this.#readMin(place, !this.#first && move === 0, source);
    row.max = row.min;
    row.firstValue = row.min;
    row.lastValue = row.min;
    if (count > 1) this.#readEnds(count, source);
    this.#first = false;
    this.#placeBefore = place;
    this.#minBefore = row.min;
    if (row.max < row.min) return false;
    const split = this.#split;
    predictMoments(this.#lattice, row, split.places, split.counts, 0, this.length, 0, this.#predicted);
    const scale = this.#lattice.scale;
    row.sum =
      (this.#flags & RAW_SUMS) !== 0
        ? readRaw(source)
        : readMoment(this.#predicted.sum, scale, this.#sums, this.#sumUlps, source);
    row.squares =
      (this.#flags & RAW_SQUARES) !== 0
        ? readRaw(source)
        : readMoment(this.#predicted.squares, scale * scale, this.#squares, this.#squaresUlps, source);
    if (this.#isFine) this.#foldFine();
    return !source.overrun;
  }

  /** Makes the row's fine buckets those in which they lie. Its places are as they were, and nobody asks for them any more. */
  #foldFine(): void {
    const { indexes, counts } = this;
    let length = 0;
    for (let i = 0; i < this.length; i++) {
      const index = bucketOfFine(indexes[i]!);
      if (length > 0 && indexes[length - 1] === index) counts[length - 1] = counts[length - 1]! + counts[i]!;
      else {
        indexes[length] = index;
        counts[length++] = counts[i]!;
      }
    }
    this.length = length;
  }

  #tryBuckets(place: number, range: number, count: number, source: BitSource): boolean {
    const split = this.#split;
    if (range === 1) {
      split.places[0] = place;
      split.counts[0] = count;
      split.length = 1;
    } else if (!split.tryRead(source, place, range, count)) return false;
    this.length = split.length;
    // In version 1 no row knows of the one before.
    if (!this.#isFine) split.prior.take(split.places, 0, split.counts, 0, split.length, count);
    if (this.length > this.indexes.length) this.indexes = new Int32Array(this.length * 2);
    for (let i = 0; i < this.length; i++) this.indexes[i] = this.#lattice.indexOf(split.places[i]!);
    return true;
  }

  #readMin(place: number, samePlace: boolean, source: BitSource): number {
    const points = this.#lattice.points(place);
    if (points === 1) return this.#lattice.value(place, 0);
    if (samePlace && source.bits(1) === 1) return this.#minBefore;
    return this.#lattice.value(place, source.uniform(points));
  }

  #readEnds(count: number, source: BitSource): void {
    const row = this.scalars;
    const place = this.#split.places[this.length - 1]!;
    const points = this.#lattice.points(place);
    const isMin = this.length === 1 && (points === 1 || source.bits(1) === 1);
    if (!isMin) row.max = this.#lattice.value(place, points === 1 ? 0 : source.uniform(points));
    row.firstValue = row.min;
    row.lastValue = row.max;
    if (row.min === row.max) return;
    if (count === 2) {
      if (source.bits(1) === 0) return;
      row.firstValue = row.max;
      row.lastValue = row.min;
      return;
    }
    row.firstValue = this.#readMember(source);
    row.lastValue = this.#readMember(source);
  }

  #readMember(source: BitSource): number {
    const which = source.uniform(this.length);
    const place = this.#split.places[which]!;
    const points = this.#lattice.points(place);
    if (points === 1) return this.#lattice.value(place, 0);
    if (which === 0 && source.bits(1) === 1) return this.scalars.min;
    if (which === this.length - 1 && source.bits(1) === 1) return this.scalars.max;
    return this.#lattice.value(place, source.uniform(points));
  }
}

function isParameter(value: number): boolean {
  return value <= RICE_PARAMETER_MAX || value === ABSENT;
}

function rice(parameter: number, source: BitSource): number {
  return parameter === ABSENT ? 0 : source.rice(parameter);
}

// Five primitives: two moments for each row.
function readMoment(
  predicted: number,
  scale: number,
  unitsParameter: number,
  ulpsParameter: number,
  source: BitSource,
): number {
  const units = unzigzag(rice(unitsParameter, source));
  return moveByUlps((predicted + units) / scale, unzigzag(rice(ulpsParameter, source)));
}

function readRaw(source: BitSource): number {
  const low = source.bits(32);
  return fromWords(source.bits(32), low);
}
